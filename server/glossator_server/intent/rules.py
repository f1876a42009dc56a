"""Own the rules: patterns of phrases that speak for an intent, each with a name for the user.

A rule is a witness, not a judge: how far each is believed was learned from the labelled examples.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# ruff: noqa: E501 -- patterns that are cut in the middle are harder to read

_DOC = (
    r"(?:doc-?strings?|docs?|documentation|java-?docs?|js-?docs?|ts-?docs?|go-?docs?|rust-?docs?|doxygen"
    r"|kernel-?docs?|kdocs?|doc-?blocks?|doc-comments?|dox|docu|@\w+|\\\w+)"
)
_COMMENT = r"(?:comments?|descriptions?|kommentare?|commentaires?|comentarios?)"
_TROUBLE = (
    r"(?:bugs?|errors?|leak(?:s|ing|ed)?|races?|racy|deadlocks?|crash(?:es|ed|ing)?|hangs?|problems?|mistakes?|issues?"
    r"|defects?|holes?|vulnerab\w+|wrong|fail(?:s|ing|ed|ures?)?|overflows?|segfaults?|broken|warnings?|exceptions?"
    r"|off-by-one|never|null|none|empty|nothing|undefined|nan|stuck|freez\w+|slow-?down|doesn't|isn't|won't|didn't|not work\w*"
    r"|throws?|panics?|twice|segmentation|injection|exploit\w*|attack\w*|incorrect\w*)"
)
_PLACES = (
    r"(?:files?|functions|classes|tests|places|headers|notebooks|modules|handlers|drivers|methods|scripts|tables"
    r"|structs|modules|endpoints|views|components|variables|callers|tasks|services|queries|packages|fixtures)"
)
_NEAR = r"(?:this|that|these|those|here|<id>|<lit>|line|selected|selection|function|method|loop|class|macro|code|variable|snippet|block)"
_WIDE = (
    r"(?:project|repo|repository|code-?base|app|application|system|architecture|our|we|overall|us|services?|modules?"
    r"|components?|code base|library|crate|driver|framework|pipeline|engine|tree)"
)


# The one rule that decides alone, whatever else the text asks for.
WIDENING = "tries to widen what may be done"


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern on the words of a request without its polite beginning."""

    intent: str
    name: str
    pattern: re.Pattern[str]


def _rules(*rows: tuple[str, str, str]) -> tuple[Rule, ...]:
    return tuple(Rule(intent, name, re.compile(pattern)) for intent, name, pattern in rows)


RULES = _rules(
    # document
    ("document", "asks for a doc comment", rf"^(?!(?:where|find|search|list|show|which|what|who|grep|how does|why)\b).*\b{_DOC}(?!\w)"),
    ("document", "begins with document", r"^(?:re-?)?document(?:iere|er|a|e)?\b"),
    ("document", "writes or mends a comment", rf"\b(?:write|add|put|update|refresh|shorten|translate|trim|condense|improve|rewrite|rework|complete|correct|fix|actuali[sz]e|generate|create|give|make|want|need|mention|reword|expand|extend|convert|turn|clarify)\b.*\b{_COMMENT}\b"),
    ("document", "says that a comment has drifted", rf"\b{_COMMENT}\b.*\b(?:wrong|stale|outdated|out of date|no longer|not true|obsolete|old|ancient|still|anymore|any more|doesn't|incomplete|lies|lying|mismatch)\b"),
    ("document", "describes parameters or members", r"^(?:describe|document|fill in)\b.*\b(?:parameters?|arguments?|members?|fields|returns?|units|locking|ownership)\b"),
    ("document", "comments code", r"^comment (?!out\b)(?:this|the|every|all|it|on|my|each)?\b"),
    ("edit", "removes comments or code", r"^(?:remove|delete|strip|drop|get rid of|kill)\b"),
    # fix
    ("fix", "begins with fix or review", r"^(?:fix|repair|debug|mend|correct|solve|resolve|troubleshoot|diagnose|review|audit|code review|sanity check|proofread)\b"),
    ("fix", "asks why something goes wrong", rf"^(?:why|how come|what)\b.*\b{_TROUBLE}\b"),
    ("fix", "looks for defects", rf"^(?:find|look for|search for|check(?: \w+)?|spot|see|any|are there|is there|do you see|catch|hunt)\b.*\b{_TROUBLE}\b"),
    ("fix", "quotes an error", r"<err>"),
    ("fix", "quotes a compiler or a trace", r"\b(?:error|warning|fatal|panic(?:ked)?|bug|traceback|splat|assertion)\b ?[:!`]|\bundefined reference\b|\bcannot (?:find|use|borrow|be)\b|\bundeclared\b|\bnot defined\b|\bno matching\b|\bexpected\b.*\b(?:got|but|before|found|was)\b|\bincompatible\b|\bdumped\b"),
    ("fix", "says that something does not work", r"\b(?:doesn't|does not|isn't|is not|not|won't|never|no longer|stopped?|didn't|don't)\b ?(?:\w+ )?(?:work\w*|compil\w+|build|run|fires?|called|released|closed|stops?|return|start|respond|print|show|match|freed|updated)\b"),
    ("fix", "asks whether this code is sound", rf"^(?:does|could|can|is|might|may|would|isn't|doesn't|won't) (?:this|it|that|there)\b.*\b(?:{_TROUBLE[3:-1]}|correct|right|unsound|safe\?|ok\?)\b"),
    ("fix", "asks what is wrong", r"\b(?:what's|what is|something|anything|is something|somewhat) (?:is )?(?:wrong|off|broken|fishy|amiss)\b|\bdid i (?:do|make|miss)\b"),
    ("fix", "tells of a failure", rf"^(?:it|this|the|my|our|test|tests|there|sometimes|when|after|since|if|a|user|users|program|<id>)\b.*\b{_TROUBLE}\b"),
    # explain
    ("explain", "begins with explain", r"^(?:explain|eli5|tl;?dr|clarify|interpret|decipher|elaborate|meaning|summari[sz]e|erkläre|explique|explica)\b"),
    ("explain", "asks what a piece of code does", rf"^(?:what|what's)\b(?: (?:exactly|actually))?(?: (?:do|does|is|are|was|did|would))?\b.*\b{_NEAR}(?!\w)"),
    ("explain", "asks why code is so", rf"^(?:why|how come|what for)\b.*{_NEAR}(?!\w)"),
    ("explain", "does not understand", r"\b(?:don't|do not|can't|cannot|not|didn't|no) (?:get|understand|clue|idea|follow|see why|sure (?:why|what))\b|\b(?:confused|confusing|lost in|make sense of|walk me through|in plain|in words|help me understand)\b"),
    ("explain", "asks for the sense", r"\b(?:purpose|point|meaning|intent(?:ion)?|reason|idea) (?:of|behind)\b|\bwhat .* (?:for|mean|stand for|good for)\b"),
    # ask
    ("ask", "asks about the whole", rf"^(?:how|what|what's|why|which|who|when|is|are|do|does|can|could|has|have|in what|in which|explain|describe|summari[sz]e|give me an overview|tell me|walk me)\b.*\b{_WIDE}\b"),
    ("ask", "asks how something works", r"^how (?:do|does|is|are|did|can|much|many|come)\b(?!.*\b(?:this|here|it)\b)"),
    ("ask", "asks what happens", r"^what (?:happens?|would happen|will happen|occurs)\b(?!.*\b(?:here|this|line)\b)"),
    ("ask", "asks who is responsible", r"\b(?:who|which \w+) (?:is |are )?(?:responsible|owns?|decides?|frees?|manages?|creates?|handles?|deletes?|deleting|cleans|controls?)\b"),
    ("ask", "asks whether it is safe", r"^(?:is|are|can|may|could|do|does|will)\b (?:it |we |i |the |our |a |two |all )?.*\b(?:safe|allowed|guaranteed?|idempotent|support|survive|several threads|parallel|concurrent\w*|reentrant|at runtime|same time)\b"),
    ("ask", "asks for an overview", r"\b(?:overview|tour|architecture|big picture|main (?:parts|components)|life ?cycle|lifetime|difference between (?:our|the|<id>))\b"),
    # search
    ("search", "asks where", r"^(?:where|where's|wheres|wo|où|dónde)\b(?!.*\bcome from\b)(?! should i)"),
    ("search", "asks who calls or uses", r"^(?:who|what) (?:else )?(?:calls?|uses?|includes?|sets?|writes?|reads?|implements?|constructs?|references?|imports?|touches|allocates?|inherits)\b|\b(?:functions?|files?|tests?) (?:call|use|reference|cover)s?\b"),
    ("search", "begins with find", rf"^(?:find|search|locate|grep|look ?up|look(?:ing)? for|list|show(?: me)?(?: all| every| where| the| usages?| uses| callers| other| some)?|go to|jump to|take me to|point me to|finde|zeige|suche|trouve|busca|encuentra|get (?:me )?(?:all|the list)|give me (?:all|a list|the list)|open)\b(?!.*\b(?:overview|{_TROUBLE[3:-1]})\b)"),
    ("search", "asks which places", rf"^(?:which|what|in which|in what|all|any|every|other) (?:\w+ )?{_PLACES}\b"),
    ("search", "asks which of many do something", r"^(?:which|what) (?:\w+ )?\w+s (?:use|call|implement|extend|import|include|contain|touch|depend|mention|define|reference|read|write|access|inherit|still|derive|have|need)\b|^all (?:\w+ )?(?:users|writers|readers|callers|uses|calls|places|tests|classes|functions|lines|loops|files)\b"),
    ("search", "names usages", r"\b(?:usages?|references|refs|callers?|occurrences|call sites?|definition|implementations?|subclasses|instances|overrides|uses) (?:of|to)\b|^(?:usages|references|callers|definition|find def|users)\b"),
    ("search", "asks for something like it", r"\b(?:is|are) there (?:already |any |other |another |some )?(?:\w+ ){0,3}(?:function|helper|util\w*|usages?|callers|implementations?|places|code|method|class)\b|\banywhere( else)?\b|\bi'm (?:after|looking for)\b|\bi (?:need|can't find|search) (?:the|where|for)? ?(?:file|place|code|function|class|where)?\b"),
    # edit
    ("edit", "begins with a change", r"^(?:add|use|replace|rename|convert|refactor|extract|move|split|drop|change|make|turn|switch|migrate|port|rewrite|rework|implement|introduce|support|inline|simplify|optimi[sz]e|vectori[sz]e|speed|cache|wrap|merge|return|raise|let|allow|accept|handle|log|swap|hide|expose|inject|reduce|increase|decrease|bump|sort|format|reformat|clean|clean ?up|extend|limit|pass|put|pull|take|stop|don't|break (?:it|this|them|up)|get rid|generali[sz]e|paginate|retry|export|parse|read|set|update|upgrade|enable|disable|create|insert|append|restructure|reorgani[sz]e|reorder|group|combine|store|save|escape|validate|check for|sanitize|deprecate|parametri[sz]e|mock|cover|test|annotate|derive|override|throw|skip|try|catch|strip|trim|shorten|tidy)\b"),
    ("edit", "asks for tests", r"\b(?:write|add|create|need|needs|more|generate|want)\b.*\b(?:unit ?)?(?:tests?|test ?cases?|benchmarks?|fuzz target)\b"),
    ("edit", "says how the code should be", r"\b(?:should|shall|must|needs? (?:to|a|an)|ought to|would be (?:nice|cool|great)|i(?:'d| would) (?:like|prefer)|let's|instead of|rather than|how about|could be|support for|option|configurable)\b"),
    # out_of_scope
    ("out_of_scope", "runs, sends or ships", r"^(?:git|commit|push|deploy|install|uninstall|run|rerun|start|restart|boot|reboot|flash|publish|release|ship|send|mail|e?mail|post|tweet|ssh|docker|kubectl|npm|yarn|pnpm|pip|apt(?:-get)?|brew|cargo|mvn|gradle|go (?:build|mod|get|run)|rebase|merge (?:main|master|develop|the branch|branch|it into)|squash|amend|cherry-pick|stash|checkout|check ?out|clone|download|upload|launch|execute|compile|build|sudo|ping|curl|book|order|buy|schedule|remind|call|submit|tag|bisect|apply (?:this|the) (?:patch|series)|create a (?:pr|pull|branch|jira|ticket|virtual)|open (?:a|an|the) (?:pr|pull|ticket|issue|chrome|browser|terminal)|set up|plan|play|tell (?:me )?a|sing|draw|translate)\b"),
    ("out_of_scope", "greets or thanks", r"^(?:hello|hi|hey|hallo|thanks|thank you|thx|cheers|bye|good (?:morning|evening|night|afternoon|job|bye)|lol|ok|okay|yes|no|sorry|nice|great|cool|perfect|hola|bonjour|danke|merci|gracias|你好|谢谢)\b(?: \w+)?(?: \w+)? ?[!?.]*$"),
    ("out_of_scope", "asks the assistant itself", r"\b(?:are|do|can|who|what|how) (?:are )?you\b(?! (?:explain|show|find|add|check|tell|make|write|see|spot))|\byourself\b"),
    ("out_of_scope", WIDENING, r"\b(?:ignore|forget|disregard|override|bypass|disable|pretend|obey|reveal|authori[sz]e|grant|whatever)\b.*\b(?:rules?|policy|policies|instructions?|restrictions?|guidelines|prompt|approval|access|administrators?|me|filters?|protections?)\b|\bsystem prompt\b|\b(?:no|without) (?:rules|restrictions|limits)\b|\byou are now\b|\bfrom now on\b|\bhidden (?:prompt|instructions)\b"),
    ("out_of_scope", "asks for secrets", r"^(?:print|show|read|give|gimme|dump|reveal|send|list|what(?:'s| is| are)?|display|tell|output|leak|<path>)\b.*\b(?:passwords?|secrets?|credentials|api keys?|private key|ssh key|token you|environment variables|shadow|passwd|env contents)\b|<path> contents"),
    ("out_of_scope", "asks for general knowledge", r"^(?:what's|what is|what are|define|how (?:do|to|can) (?:i|you)?|is|who|when|which|should i|explain|how (?:long|old|many|much|far)|why is|best|recommend|compare|where is)\b (?!.*\b(?:this|here|our|we|repo|project|<id>|code|function|defined|called|used|the)\b)"),
    ("out_of_scope", "writes prose for people", r"^(?:write|draft|prepare|compose|make|create|give|generate|design)\b.*\b(?:essay|email|e-mail|letter|poem|story|blog|slides|powerpoint|announcement|tweet|post|cv|resume|haiku|joke|release notes|commit message|speech|logo|image|picture|meme|recipe)\b"),
)  # fmt: skip


def fired(words: Sequence[str]) -> tuple[Rule, ...]:
    """Return the rules that a request, or a clause of one, fits, in their order."""
    text = " ".join(words)
    return tuple(it for it in RULES if it.pattern.search(text))
