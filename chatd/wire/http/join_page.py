"""The page that a join link opens where the chat's page was not built: what to do with the link.

    GET /join

A link is written as the address of this page, `#` and its token. What stands behind a `#` stays in
the browser: it is in no request, in no log on the way, and no `Referer`. This page needs no script,
is the same for every link, and can't tell of any room whether there is one.
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
<p>This link lets you ask to join a private room on this chat server. You need its console for
that.</p>
<ol>
<li>Start the console. Server and port are those of this page's address; add <code>--tls</code> if
it begins with <code>https</code>:
<pre>chat -u YOUR-NAME --host SERVER --port PORT</pre>
<li>There, type <code>join</code> and a space, and paste the whole address of this page, with
everything after the <code>#</code>:
<pre>join http://SERVER:PORT{PATH}#…</pre>
</ol>
<p>The owner of the room gets your request and decides. Don't pass the link on: its uses are
counted. What comes after the <code>#</code> has not left your browser, so this page can't tell
whether the link is valid.</p>
</html>
"""
