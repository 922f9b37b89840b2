"""Renders summaries with GitHub's own Markdown, with HTML allowed: no text may become a link, an image or HTML.

Only an address of a person becomes a link, which writes to that person: GitHub makes it whatever is escaped.

Usage: summaries.py FILE...
"""

import re
import sys

import cmarkgfm
from cmarkgfm.cmark import Options

KNOWN = {
    "h2", "h3", "p", "br", "strong", "ul", "li", "pre", "code",
    "table", "thead", "tbody", "tr", "th", "td",
}

for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        text = file.read()
    if len(text.encode()) > 1 << 20:
        sys.exit(f"{name}: larger than a summary may be")
    html = cmarkgfm.github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE)
    html = re.sub(r'<a href="(?:mailto|xmpp):[^"]*">([^<]*)</a>', r"\1", html)
    tags = set(re.findall(r"<\s*/?\s*([a-zA-Z0-9!]+)", html))
    if not tags <= KNOWN:
        sys.exit(f"{name}: {sorted(tags - KNOWN)} in\n{html}")
    if re.search(r"<code\b[^>]*>", re.sub(r"<pre\b[^>]*><code>.*?</code></pre>", "", html, flags=re.S)):
        sys.exit(f"{name}: a text became code\n{html}")
print(f"{len(sys.argv) - 1} summaries")
