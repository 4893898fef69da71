#!/usr/bin/python3 -B
"""An SMTP server for tests: it stores accepted messages in a folder and injects the faults of a control file.

The control file, read for every command, is JSON: {"greeting": A, "ehlo": A, "mail": A, "laterMail": A, "data": A,
"body": A, "message": A, "rcpt": [[PATTERN, A], …]}, where A is "hang", "cut" (the connection) or a reply such as
"451 4.7.1 Later" (with "\\r\\n" between several lines). "laterMail" is every MAIL of a connection but its first, "data" is
the command, "body" is while the message arrives, and "message" is after the final dot.

A message is stored as NNNN.eml, its bytes, and then NNNN.json: envelope, session, and the parse of Python's email library.
The server prints its port, then a line for every connection that opens, closes or hangs, and for every QUIT.
"""

import argparse
import asyncio
import email
import email.policy
import json
import os
import re
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


def parsed(content):
    """The message as a mail client parses it."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    leaves = [part for part in message.walk() if not part.is_multipart()]
    return {
        "headers": [[name, str(value)] for name, value in message.items()],
        "type": message.get_content_type(),
        "parts": [
            {
                "type": part.get_content_type(),
                "charset": part.get_content_charset(),
                "encoding": str(part.get("Content-Transfer-Encoding", "")),
                "disposition": part.get_content_disposition(),
                "text": part.get_payload(decode=True).decode("utf-8"),
            }
            for part in leaves
        ],
        "defects": [str(defect) for part in message.walk() for defect in part.defects],
        "longest_line": max(len(line) for line in content.split(b"\r\n")),
        "bare_line_breaks": len(re.findall(rb"\r(?!\n)|(?<!\r)\n", content)),
        "is_ascii": content.isascii(),
    }


class Mailbox:
    def __init__(self, folder):
        self.folder = folder
        self.count = sum(name.endswith(".json") for name in os.listdir(folder))

    def keep(self, session, envelope):
        self.count += 1
        path = os.path.join(self.folder, "%04d" % self.count)
        with open(path + ".eml", "wb") as file:
            file.write(envelope.original_content)
        description = {
            "sender": envelope.mail_from,
            "recipients": envelope.rcpt_tos,
            "connection": session.number,
            "is_encrypted": session.is_encrypted,
            "user": session.user,
            "parsed": parsed(envelope.original_content),
        }
        # The file gets its name when it is complete.
        with open(path + ".tmp", "w", encoding="utf-8") as file:
            json.dump(description, file)
        os.rename(path + ".tmp", path + ".json")


def tell(event):
    print("event " + event, flush=True)


async def hang():
    tell("hang")
    await asyncio.Event().wait()


class FaultySMTP(SMTP):
    connections = 0

    def __init__(self, handler, options, **others):
        super().__init__(handler, **others)
        self.options = options
        self.user = None
        self.mails = 0

    async def _handle_client(self):
        if not hasattr(self, "number"):
            FaultySMTP.connections += 1
            self.number = FaultySMTP.connections
            tell("connected")
        if not await self.obey("greeting", closes=True):
            await super()._handle_client()

    def connection_lost(self, error):
        tell("gone")
        super().connection_lost(error)

    def action(self, place, argument=""):
        try:
            with open(self.options.control, encoding="utf-8") as file:
                action = json.load(file).get(place)
        except FileNotFoundError:
            return None
        if place != "rcpt":
            return action
        return next((reply for pattern, reply in action or [] if re.search(pattern, argument)), None)

    async def obey(self, place, argument="", closes=False):
        """Injects the fault for this step, if any; returns whether there was one."""
        action = self.action(place, argument)
        if action is None:
            return False
        if action == "hang":
            await hang()
        if action == "cut":
            self.transport.abort()
        else:
            await self.push(action)
            if closes or action.startswith("421"):
                self.transport.close()
        return True

    async def smtp_EHLO(self, hostname):
        if not await self.obey("ehlo"):
            await super().smtp_EHLO(hostname)

    async def smtp_MAIL(self, argument):
        self.mails += 1
        if self.mails > 1 and await self.obey("laterMail"):
            return
        if not await self.obey("mail"):
            await super().smtp_MAIL(argument)

    async def smtp_RCPT(self, argument):
        if not await self.obey("rcpt", argument or ""):
            await super().smtp_RCPT(argument)

    async def smtp_QUIT(self, argument):
        tell("quit")
        await super().smtp_QUIT(argument)

    async def smtp_DATA(self, argument):
        if await self.obey("data"):
            return
        if self.action("body") is not None:
            await self.push("354 Go on")
            await self._reader.readline()
            await self.obey("body")
            return
        await super().smtp_DATA(argument)


class Handler:
    def __init__(self, mailbox):
        self.mailbox = mailbox

    async def handle_DATA(self, server, session, envelope):
        # After a refusal the message must not be stored.
        action = server.action("message")
        if action is None:
            session.number = server.number
            session.is_encrypted = server.transport.get_extra_info("sslcontext") is not None
            session.user = server.user
            self.mailbox.keep(session, envelope)
            return "250 2.0.0 Taken"
        if action == "hang":
            await hang()
        if action == "cut":
            server.transport.abort()
            await asyncio.Event().wait()
        return action


def server_protocol(options, mailbox, context):
    def authenticate(server, session, envelope, mechanism, data):
        right = (data.login.decode(), data.password.decode()) == (options.user, options.password)
        if right:
            server.user = data.login.decode() + " by " + mechanism
        return AuthResult(success=right, handled=False, message=options.denial if not right else None)

    others = {}
    if options.user:
        others = {
            "auth_required": True,
            "auth_require_tls": False,
            "authenticator": authenticate,
            "auth_exclude_mechanism": options.without,
        }
    if context and options.tls == "starttls":
        others["tls_context"] = context
        others["require_starttls"] = options.insist
    return FaultySMTP(Handler(mailbox), options, hostname="mail.test", loop=asyncio.get_running_loop(), **others)


async def serve(options):
    mailbox = Mailbox(options.mailbox)
    context = None
    if options.tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.certificate, options.key)
    server = await asyncio.get_running_loop().create_server(
        lambda: server_protocol(options, mailbox, context),
        host="127.0.0.1",
        port=options.port,
        ssl=context if options.tls == "implicit" else None,
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    # End with the parent: a killed test cannot stop its server.
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(1)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--mailbox", required=True)
    arguments.add_argument("--control", required=True)
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--tls", choices=["starttls", "implicit"])
    arguments.add_argument("--insist", action="store_true")
    arguments.add_argument("--certificate")
    arguments.add_argument("--key")
    arguments.add_argument("--user")
    arguments.add_argument("--password")
    arguments.add_argument("--denial", help="the reply to a wrong password")
    arguments.add_argument("--without", action="append", default=[], help="a mechanism that is not offered")
    options = arguments.parse_args()
    try:
        asyncio.run(serve(options))
    except KeyboardInterrupt:
        sys.exit(0)


main()
