"""Shows the emails of a Maildir in a browser, on this machine only: mailbox-page.py MAILDIR PORT."""

import email
import email.policy
import html
import http.server
import os
import pathlib
import sys

FOLDER = pathlib.Path(sys.argv[1]) / "new"
# Maximum number of emails in the list, newest first.
LIMIT = 200
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>:root{{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}}body{{max-width:60rem;margin:2rem auto;padding:0 1rem}}
td,th{{text-align:left;padding:.3rem 1rem .3rem 0;vertical-align:top}}pre{{white-space:pre-wrap}}</style></head>
<body><main><h1>{title}</h1>{body}</main></body></html>"""


def read(path):
    with open(path, "rb") as file:
        return email.message_from_binary_file(file, policy=email.policy.default)


def listing():
    names = sorted(os.listdir(FOLDER), key=lambda name: (FOLDER / name).stat().st_mtime, reverse=True)[:LIMIT]
    rows = []
    for name in names:
        mail = read(FOLDER / name)
        cells = "".join(f"<td>{html.escape(str(mail[field] or ''))}</td>" for field in ("date", "to"))
        link = f'<td><a href="/{html.escape(name)}">{html.escape(str(mail["subject"] or "(no subject)"))}</a></td>'
        rows.append(f"<tr>{link}{cells}</tr>")
    if not rows:
        return "<p>No email yet. An email is sent when stock falls to its reorder point.</p>"
    return f'<table><tr><th>Subject</th><th>Date</th><th>To</th></tr>{"".join(rows)}</table>'


def message(name):
    mail = read(FOLDER / name)
    part = mail.get_body(("plain",))
    fields = "".join(f"<p><b>{field}</b> {html.escape(str(mail[field] or ''))}</p>" for field in ("From", "To", "Date"))
    text = html.escape(part.get_content() if part else "")
    return str(mail["subject"] or ""), f'{fields}<pre>{text}</pre><p><a href="/">All emails</a></p>'


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.split("?")[0].lstrip("/")
        if not name:
            title, body = "Mailbox", listing()
        # Only names in the folder's listing, so that no path leads out of it.
        elif FOLDER.is_dir() and name in os.listdir(FOLDER):
            title, body = message(name)
        else:
            self.send_error(404)
            return
        page = PAGE.format(title=html.escape(title), body=body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_):
        pass


FOLDER.mkdir(parents=True, exist_ok=True)
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
