import assert from "node:assert/strict";
import { test } from "node:test";
import { placeOf } from "../src/ask/places.ts";
import { rendered } from "../src/ask/rendering.ts";

const html = (markdown: string): string => rendered(markdown, (it) => placeOf(it, ["/srv/net"])).html;

test("a link to a place is its number, and the place is what can be opened", () => {
  const shown = rendered("It calls `f`. [a\\.c\\:6](<file:///srv/net/a.c#L6>) [x](<file:///srv/net/b.c#L1-L3>)", (it) =>
    placeOf(it, ["/srv/net"]),
  );
  assert.equal(
    shown.html,
    '<p>It calls <code>f</code>. <a href="#" data-place="0" title="/srv/net/a.c, line 6">a.c:6</a> ' +
      '<a href="#" data-place="1" title="/srv/net/b.c, lines 1 to 3">x</a></p>\n',
  );
  assert.deepEqual(shown.places.map((it) => it.path), ["/srv/net/a.c", "/srv/net/b.c"]);
});

const hostile: readonly string[] = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "![x](https://evil.example/x.png)",
  "![x](file:///srv/net/a.png)",
  "![x](data:image/png;base64,AAAA)",
  "[x](https://evil.example)",
  "[x](command:workbench.action.terminal.new)",
  "[x](javascript:alert(1))",
  "[x](file:///etc/passwd#L1)",
  "[x](<file:///srv/net/../../etc/passwd>)",
  '[x](file:///srv/net/a.c "onmouseover=alert(1)")',
  "<https://evil.example>",
  "https://evil.example www.evil.example",
  "[x]: https://evil.example\n\n[x]",
  '[x][y]\n\n[y]: javascript:alert(1) "t"',
  "```html onload=alert(1)\n<script>alert(1)</script>\n```",
  '```" onclick="alert(1)\nx\n```',
  "<a href=\"https://evil.example\">x</a>",
  "[a](<file:///srv/net/%22%20onclick=%22alert(1).c#L1>)",
  "<style>*{display:none}</style><iframe src=https://evil.example>",
  "| a |\n|---|\n| <b onclick=alert(1)>x</b> |",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
];

// All that may stand in the page: these elements, with these attributes.
const ALLOWED =
  /<\/?(?:p|ul|ol|li|code|pre|em|strong|s|h[1-6]|blockquote|br|hr|table|thead|tbody|tr|th|td)(?: (?:start="\d+"|style="text-align:(?:left|right|center)"))*>|<\/?a(?: href="#" data-place="\d+" title="[^"<>]*")?>/gu;

for (const markdown of hostile) {
  test(`harmless: ${JSON.stringify(markdown)}`, () => {
    const left = html(markdown).replaceAll(ALLOWED, "");
    assert.doesNotMatch(left, /[<>]/u, "an element that is not allowed");
  });
}

test("code stands as it is, and lists and tables are what they say", () => {
  assert.equal(html("```c\nint a = b<c;\n```"), '<pre><code>int a = b&lt;c;\n</code></pre>\n');
  assert.match(html("1. one\n2. two"), /<ol>\n<li>one<\/li>/);
  assert.match(html("| a |\n|--:|\n| b |"), /<td style="text-align:right">b<\/td>/);
});

test("an answer in the middle of a piece is rendered all the same", () => {
  const whole = "It **calls** `f`. [a\\.c\\:6](<file:///srv/net/a.c#L6>)\n\n```c\nint a;\n```\n";
  for (let end = 0; end <= whole.length; end += 1) {
    const left = html(whole.slice(0, end)).replaceAll(ALLOWED, "");
    assert.doesNotMatch(left.replaceAll(/&[lg]t;/gu, ""), /[<>]/u);
  }
});
