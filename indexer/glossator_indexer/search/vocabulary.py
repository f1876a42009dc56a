"""Own the words that people say and the short forms that code has for them.

It must not know a language or a project: only what is short for the same word nearly everywhere.
"""

from __future__ import annotations

import re

# Words that a question is made of and that no code is about.
STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be been but by can could did do does for from had has have how i if in"
        " into is it its may me must of on or our should so some such than that the their them then"
        " there these they this those to us was we were what when where which while who why will"
        " with would you your",
    )
)

_SHORT_FORMS = """
acknowledge ack; acknowledgement ack; acquire acq get; address addr; administrator admin; algorithm
algo alg; allocate alloc; allocation alloc; allocator alloc; application app; argument arg;
arguments args; array arr; asynchronous async; attribute attr; authenticate auth; authorization
auth; average avg; binary bin; bitmap bmap; boolean bool; buffer buf; calculate calc; callback cb;
capability cap; certificate cert; channel chan ch; character char; check chk; checksum csum; clear
clr; clock clk; column col; command cmd; compare cmp; compatible compat; compression comp; compress
comp; configuration config conf cfg; configure config conf cfg; connection conn; context ctx;
control ctrl ctl; controller ctrl ctlr; convert conv; coordinate coord; count cnt nr; counter cnt;
create mk new; current cur curr; database db; debug dbg; decode dec; decrement dec; default def;
define def; delay dly; delete del rm; dependency dep; descriptor desc; destination dst dest;
destroy del free; detach det; device dev; dictionary dict; difference diff; directory dir; disable
dis; document doc; domain dom; driver drv; duplicate dup; dynamic dyn; element elem elt; enable en;
encode enc; encrypt enc; entry ent; environment env; error err; event evt ev; exception exc;
execute exec; expire exp; expression expr; extension ext; extent ext; failure fail; feature feat;
filesystem fs; firmware fw; flag flg; format fmt; fragment frag; frame frm; frequency freq;
function func fn; generate gen; generation gen; generic gen; group grp; handle hdl; handler hdlr;
hardware hw; header hdr; high hi; identifier id ident; image img; implementation impl; increment
inc; index idx ix; information info; initialise init; initialize init; initialization init; input
in; insert ins add; instance inst; instruction insn; integer int; interface iface intf; internal
int; interrupt irq intr; invalidate inval; iterate iter; iterator iter; kernel krn; language lang;
length len sz; level lvl; library lib; line ln; link lnk; list lst; load ld; location loc; lock
lck; low lo; manager mgr; maximum max; measure meas; memory mem; message msg; middle mid; minimum
min; mode md; modify mod; module mod; multiple multi; mutex mtx; namespace ns; negotiate nego;
network net; node nd; notification notify; number num nr no; object obj; offset off ofs; operation
op ops; option opt; optimize opt; original orig; output out; packet pkt; page pg; parameter param;
parent par; password passwd; physical phys; pointer ptr; point pt; policy pol; position pos; power
pwr; preference pref; prefix pfx; prepare prep; previous prev; priority prio; private priv;
procedure proc; process proc; processor cpu proc; program prog; property prop; protocol proto;
quantity qty; queue q; random rand; range rng; read rd; receive recv rx rcv; recursive rec;
reference ref; register reg; registers regs; regulator reg; release rel put; remove rm del;
repository repo; request req rq; reserve resv rsv; reset rst; resource res; response resp rsp;
result res ret; retransmit rexmit retrans; return ret; route rt; schedule sched; scheduler sched;
section sect sec; sector sect; security sec; segment seg; semaphore sem; send tx xmit snd; sequence
seq; serial ser; server srv; service svc; session sess; signal sig; size sz len; software sw;
socket sock sk; source src; specification spec; spinlock lock; standard std; statistic stat;
statistics stats; status stat; string str; structure struct; subsystem subsys; switch sw; symbol
sym; synchronize sync; synchronous sync; system sys; table tbl; temperature temp; temporary tmp
temp; terminate term; thread thr; threshold thresh; timestamp ts; token tok; transaction trans txn
tx; transfer xfer; translate xlate trans; transmission tx xmit; transmit tx xmit; unregister unreg;
update upd; user usr; utility util; value val; variable var; vector vec; verify chk check; version
ver; virtual virt; volume vol; window win; write wr;
"""


def short_forms() -> dict[str, tuple[str, ...]]:
    """Return the short forms of words, both as they are written."""
    pairs = (line.split() for line in _SHORT_FORMS.replace("\n", " ").split(";"))
    return {word: tuple(short) for word, *short in (it for it in pairs if it)}
