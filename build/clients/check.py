"""Client libraries that others wrote, against our simulated systems: what they send is accepted, what is answered they understand.

    check.py <the docket program>

Prints a line for each check; ends with 1 when one of them fails.
"""

import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

SIGNED = Path(__file__).parents[2] / "server/backend/tests/golden/signed-webhook.json"


def free_port():
    """A port with a free one after it: mail is taken there."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                two.bind(("127.0.0.1", port + 1))
                return port
            except OSError:
                continue


def wait_for(url, seconds=30):
    for _ in range(seconds * 10):
        try:
            return urllib.request.urlopen(url, timeout=5).read()
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{url} does not answer")


def slack(address):
    from slack_sdk import WebClient
    from slack_sdk.errors import SlackApiError
    from slack_sdk.webhook import WebhookClient

    good = WebClient(token="xoxb-check", base_url=f"http://{address}/api/")
    first = good.chat_postMessage(channel="#it", text="Hello")
    assert first["ok"] and first["ts"], first
    reply = good.chat_postMessage(channel=first["channel"], text="Again", thread_ts=first["ts"])
    assert reply["message"]["thread_ts"] == first["ts"], reply
    try:
        WebClient(token="wrong", base_url=f"http://{address}/api/").chat_postMessage(channel="#it", text="Hello")
        raise AssertionError("a wrong token was accepted")
    except SlackApiError as error:
        assert error.response["error"] == "invalid_auth", error
    sent = WebhookClient(f"http://{address}/services/T0/B0/x").send(text="Hello")
    assert (sent.status_code, sent.body) == (200, "ok"), sent


def sendgrid(address):
    from python_http_client.exceptions import UnauthorizedError
    from sendgrid import SendGridAPIClient
    from sendgrid.helpers.mail import Mail

    mail = Mail(from_email="docket@north.example", to_emails="desk@north.example", subject="New", plain_text_content="Hello")
    assert SendGridAPIClient("SG.check", host=f"http://{address}").send(mail).status_code == 202
    unsigned = SendGridAPIClient("SG.check", host=f"http://{address}")
    del unsigned.client.request_headers["Authorization"]
    try:
        unsigned.send(mail)
        raise AssertionError("a call without a key was accepted")
    except UnauthorizedError as error:
        assert error.to_dict["errors"][0]["message"], error


def connectwise(address):
    from pyconnectwise import ConnectWiseManageAPIClient

    class Plain(ConnectWiseManageAPIClient):
        """The library speaks to https alone, and forgets the codebase it is given."""

        codebase = "v4_6_release/"

        def _get_url(self):
            return super()._get_url().replace("https://", "http://")

    client = Plain("northmoor", address, "client", "public", "private", codebase="v4_6_release/")
    wanted = {
        "summary": "Projector flickers",
        "company": {"identifier": "northmoor"},
        "board": {"id": 12},
        "externalXRef": "check-1",
    }
    made = client.service.tickets.post(wanted)
    assert made.id and made.summary == wanted["summary"] and made.board.id == 12, made
    found = client.service.tickets.get(params={"conditions": 'externalXRef="check-1"'})
    assert [ticket.id for ticket in found] == [made.id], found
    assert client.service.tickets.get(params={"conditions": 'externalXRef="other"'}) == []


def telegram(address):
    from telegram import Bot
    from telegram.error import InvalidToken, RetryAfter

    async def talk():
        bot = Bot("77:check", base_url=f"http://{address}/bot")
        sent = await bot.send_message(chat_id=-100200, text="<b>Hello</b>", parse_mode="HTML")
        assert sent.message_id and sent.chat.id == -100200 and sent.text, sent
        data = b"system=telegram&behaviour=429&times=1"
        opener = urllib.request.build_opener(NoRedirect)
        try:
            opener.open(f"http://{address}/script", data)
        except urllib.error.HTTPError as answer:
            assert answer.code == 303, answer
        try:
            await bot.send_message(chat_id=-100200, text="Hello")
            raise AssertionError("429 was taken for an answer")
        except RetryAfter as error:
            assert error.retry_after in (2, timedelta(seconds=2)), error
        try:
            await Bot("nonsense", base_url=f"http://{address}/bot").send_message(chat_id=1, text="Hello")
            raise AssertionError("a wrong token was accepted")
        except InvalidToken:
            pass

    asyncio.run(talk())


def standard_webhooks(_):
    """Our signature, as the backend's test keeps it, at the time it was made."""
    from datetime import datetime, timezone
    from unittest import mock

    from standardwebhooks import Webhook, WebhookVerificationError

    with open(SIGNED, encoding="utf-8") as file:
        sample = json.load(file)
    made = datetime.fromtimestamp(int(sample["timestamp"]), tz=timezone.utc)
    headers = {"webhook-id": sample["id"], "webhook-timestamp": sample["timestamp"], "webhook-signature": sample["signature"]}
    with mock.patch("standardwebhooks.webhooks.datetime", wraps=datetime) as clock:
        clock.now.return_value = made
        verifier = Webhook(sample["secret"])
        assert verifier.verify(sample["body"], headers)["type"] == "request_approved"
        try:
            verifier.verify(sample["body"].replace("IT-7F3K", "IT-7F3L"), headers)
            raise AssertionError("a changed body was accepted")
        except WebhookVerificationError:
            pass


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def main(docket):
    address = f"127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen([docket, "simulate", address], cwd=folder, stdout=subprocess.DEVNULL)
        failed = 0
        try:
            wait_for(f"http://{address}/arrivals")
            for check in (slack, sendgrid, connectwise, telegram, standard_webhooks):
                try:
                    check(address)
                    print(f"{check.__name__}: understood")
                except Exception:
                    failed += 1
                    traceback.print_exc()
        finally:
            server.terminate()
            server.wait()
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main(sys.argv[1])
