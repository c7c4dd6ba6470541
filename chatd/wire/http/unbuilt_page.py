"""What stands at `/` as long as the chat's page was not built: how to build it.

The server does all else without it, so this is no error.
"""

from chatd.wire.http.page import STYLE

PAGE = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>chatd</title>
<style>{STYLE}</style>
<h1>chatd runs, without its page</h1>
<p>The chat in the browser was not built. In the folder of chatd, build it, and start the server
again:</p>
<pre>make page
make run</pre>
<p>Building needs npm's package registry; <code>make page</code> says what is missing. The console
needs no page: <code>make client</code>. Nor does <a href="/api/">the API</a>.</p>
</html>
"""
