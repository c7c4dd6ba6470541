"""The page that a join link opens in a browser: what to do with it, the same for every link.

    GET /join

A link is written as the address of this page, `#` and its token. What stands behind a `#` stays in
the browser: it is in no request, in no log on the way, and no `Referer`. So this page needs no
script, and can't tell of any room whether there is one.
"""

from chatd.wire.http.page import STYLE

PATH = "/join"

PAGE = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Join a private room</title>
<style>{STYLE}</style>
<h1>Join a private room</h1>
<p>Whoever gave you this link lets you ask to join a private room on this chat server. You need its
console for that.</p>
<ol>
<li>Start the console. Server and port are those of this page's address, with <code>--tls</code> if
that begins with <code>https</code>:
<pre>chat -u YOUR-NAME --host SERVER --port PORT</pre>
<li>There, type <code>join</code> and a blank, and paste the whole address of this page with all
that stands behind the <code>#</code>:
<pre>join http://SERVER:PORT{PATH}#…</pre>
</ol>
<p>The owner of the room hears that you ask, and lets you in or doesn't. Give the link to nobody: it
counts how often it was used. What stands behind the <code>#</code> has not left your browser, so
this page does not know whether the link is good.</p>
</html>
"""
