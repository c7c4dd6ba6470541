"""What programs send to a Slack webhook, each in the shape that it is known for, and how it reads.

The words and figures are made up.
"""

from typing import Any, NamedTuple


class Sent(NamedTuple):
    """A payload, and the lines of the text that it is to become."""

    payload: dict[str, Any]
    lines: list[str]


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": True}


def section(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(label: str, url: str) -> dict[str, Any]:
    return {"type": "button", "text": plain(label), "url": url, "value": "x", "action_id": "a"}


SENDERS: dict[str, Sent] = {
    "Grafana": Sent(
        {
            "channel": "#alerts",
            "username": "Grafana",
            "icon_url": "https://grafana.example.org/icon.png",
            "attachments": [
                {
                    "color": "#D63232",
                    "title": "[FIRING:1] DiskFull (db-1)",
                    "title_link": "https://grafana.example.org/alerting/list?a=1&region=eu",
                    "text": "**Firing**\n\nValue: A=97.1\nLabels:\n - host = db-1",
                    "fallback": "[FIRING:1] DiskFull (db-1)",
                    "footer": "Grafana v11.2.0",
                    "footer_icon": "https://grafana.example.org/fav.png",
                    "image_url": "https://grafana.example.org/render/7.png",
                    "ts": 1732870800,
                }
            ],
        },
        [
            "[FIRING:1] DiskFull (db-1) (https://grafana.example.org/alerting/list?a=1&region=eu)",
            "**Firing**",
            "",
            "Value: A=97.1",
            "Labels:",
            " - host = db-1",
            "https://grafana.example.org/render/7.png",
            "Grafana v11.2.0",
            "2024-11-29 09:00 UTC",
        ],
    ),
    "Alertmanager": Sent(
        {
            "channel": "#ops",
            "attachments": [
                {
                    "title": "[FIRING:2] HighLatency api",
                    "title_link": "https://alerts.example.org/#/alerts?receiver=ops",
                    "pretext": "Two of three are slow",
                    "text": "p99 &gt; 2s for 5m, vector<int> a < 5 and b > 3",
                    "fallback": "[FIRING:2] HighLatency",
                    "callback_id": "1",
                    "fields": [
                        {"title": "severity", "value": "page", "short": True},
                        {"title": "", "value": "since 08:55", "short": False},
                    ],
                    "actions": [
                        {
                            "type": "button",
                            "text": "Runbook",
                            "url": "https://wiki.example.org/latency",
                            "style": "primary",
                            "name": "",
                            "value": "",
                        },
                    ],
                    "footer": "prod",
                    "color": "danger",
                    "mrkdwn_in": ["fallback", "pretext", "text"],
                }
            ],
        },
        [
            "Two of three are slow",
            "[FIRING:2] HighLatency api (https://alerts.example.org/#/alerts?receiver=ops)",
            "p99 > 2s for 5m, vector<int> a < 5 and b > 3",
            "severity: page",
            "since 08:55",
            "Runbook (https://wiki.example.org/latency)",
            "prod",
        ],
    ),
    "GitHub Actions": Sent(
        {
            "text": "build 81 has failed",
            "blocks": [
                {"type": "header", "text": plain("Build 81 has failed")},
                section("<https://github.com/a/b/commit/1f|1f> by <https://github.com/zoe|zoe>"),
                {
                    "type": "actions",
                    "elements": [button("Open", "https://github.com/a/b/actions/runs/81")],
                },
            ],
        },
        [
            "Build 81 has failed",
            "1f (https://github.com/a/b/commit/1f) by zoe (https://github.com/zoe)",
            "Open (https://github.com/a/b/actions/runs/81)",
        ],
    ),
    "GitLab": Sent(
        {
            "channel": "#dev",
            "username": "GitLab",
            "text": "Zoe (zoe) pushed to branch "
            "<https://gitlab.example.org/a/b/-/commits/main|main>",
            "attachments": [
                {
                    "text": "<https://gitlab.example.org/a/b/-/commit/9c|9c>: Fix &amp; tidy - Zoe",
                    "color": "#345",
                }
            ],
            "mrkdwn": True,
        },
        [
            "Zoe (zoe) pushed to branch main (https://gitlab.example.org/a/b/-/commits/main)",
            "9c (https://gitlab.example.org/a/b/-/commit/9c): Fix & tidy - Zoe",
        ],
    ),
    "Jenkins": Sent(
        {
            "attachments": [
                {
                    "color": "danger",
                    "fallback": "shop - #12 Failure",
                    "fields": [
                        {
                            "title": "",
                            "value": "shop - #12 Failure after 3 min "
                            "(<https://ci.example.org/job/shop/12/|Open>)",
                            "short": False,
                        },
                        {"title": "Test Status", "value": "Passed: 11, Failed: 1"},
                    ],
                    "mrkdwn_in": ["pretext", "fields"],
                }
            ]
        },
        [
            "shop - #12 Failure after 3 min (Open (https://ci.example.org/job/shop/12/))",
            "Test Status: Passed: 11, Failed: 1",
        ],
    ),
    "Sentry": Sent(
        {
            "text": "TypeError: x is undefined",
            "attachments": [
                {
                    "color": "#E03E2F",
                    "fallback": "[web] TypeError",
                    "blocks": [
                        section(":red_circle: *<https://sentry.example.org/1/|TypeError>*"),
                        {
                            "type": "rich_text",
                            "elements": [
                                {
                                    "type": "rich_text_preformatted",
                                    "elements": [{"type": "text", "text": "if (x.y &lt; 3) {"}],
                                }
                            ],
                        },
                        {
                            "type": "context",
                            "elements": [
                                {
                                    "type": "image",
                                    "image_url": "https://sentry.example.org/i.png",
                                    "alt_text": "web",
                                },
                                mrkdwn("release 4.1"),
                            ],
                        },
                        {"type": "divider"},
                        {
                            "type": "actions",
                            "elements": [
                                {"type": "button", "text": plain("Resolve"), "action_id": "r"},
                                {
                                    "type": "external_select",
                                    "placeholder": plain("Select Assignee..."),
                                },
                            ],
                        },
                    ],
                }
            ],
        },
        [
            "TypeError: x is undefined",
            ":red_circle: *TypeError (https://sentry.example.org/1/)*",
            "if (x.y < 3) {",
            "web",
            "release 4.1",
            "Resolve",
            "Select Assignee...",
        ],
    ),
    "Datadog": Sent(
        {
            "text": None,
            "attachments": [
                {
                    "author_name": "Zoe",
                    "author_link": "https://datadog.example.org/zoe",
                    "title": "Triggered: CPU is high",
                    "title_link": "https://datadog.example.org/monitors/5",
                    "text": "%%% CPU over 90 % <!here> %%%",
                    "fields": [{"title": "Tags", "value": ["env:prod", "host:a"], "short": True}],
                    "thumb_url": None,
                    "ts": "1732870800.25",
                }
            ],
        },
        [
            "Zoe (https://datadog.example.org/zoe)",
            "Triggered: CPU is high (https://datadog.example.org/monitors/5)",
            "%%% CPU over 90 % here %%%",
            "Tags: env:prod, host:a",
            "2024-11-29 09:00 UTC",
        ],
    ),
    "Uptime Kuma": Sent(
        {
            "text": "Uptime Kuma Alert\n[shop] down",
            "channel": "",
            "username": "Uptime Kuma",
            "icon_emoji": ":dog:",
            "attachments": [
                {
                    "color": "#e01e5a",
                    "blocks": [
                        {"type": "header", "text": plain("Uptime Kuma Alert")},
                        {
                            "type": "section",
                            "fields": [
                                mrkdwn("*Message*\nconnect ECONNREFUSED"),
                                mrkdwn("*Time (UTC)*\n09:00"),
                            ],
                        },
                        {
                            "type": "actions",
                            "elements": [button("Visit", "https://status.example.org/shop")],
                        },
                    ],
                }
            ],
        },
        [
            "Uptime Kuma Alert",
            "[shop] down",
            "Uptime Kuma Alert",
            "*Message*",
            "connect ECONNREFUSED",
            "*Time (UTC)*",
            "09:00",
            "Visit (https://status.example.org/shop)",
        ],
    ),
    "Zabbix": Sent(
        {
            "username": "Zabbix",
            "attachments": [
                {
                    "fallback": "Problem: no ping",
                    "title": "Problem: no ping",
                    "title_link": "https://zabbix.example.org/tr_events.php?t=1&eventid=2",
                    "fields": [
                        {"title": "Host", "value": "db-1 [10.0.0.7]", "short": True},
                        {"title": "Acknowledged", "value": False, "short": True},
                        {"title": "Operational data", "value": None},
                        {"title": "Event", "value": 20, "short": True},
                    ],
                    "actions": [
                        {"type": "button", "text": "Event", "url": "https://zabbix.example.org/2"}
                    ],
                }
            ],
        },
        [
            "Problem: no ping (https://zabbix.example.org/tr_events.php?t=1&eventid=2)",
            "Host: db-1 [10.0.0.7]",
            "Acknowledged: false",
            "Operational data",
            "Event: 20",
            "Event (https://zabbix.example.org/2)",
        ],
    ),
    "Argo CD": Sent(
        {
            "text": "shop is synced",
            "attachments": '[{"title": "shop", "title_link": "https://argo.example.org/shop",'
            ' "fields": [{"title": "Sync Status", "value": "Synced", "short": true}]}]',
        },
        [
            "shop is synced",
            "shop (https://argo.example.org/shop)",
            "Sync Status: Synced",
        ],
    ),
    "PagerDuty": Sent(
        {
            "blocks": [
                section(
                    "*Triggered* <https://pd.example.org/incidents/P1|#1: db down>",
                    accessory={
                        "type": "overflow",
                        "options": [{"text": plain("View"), "url": "https://pd.example.org/P1"}],
                    },
                ),
                {"type": "context", "elements": [mrkdwn("Assigned: <mailto:zoe@example.org|Zoe>")]},
            ],
            "text": "Triggered #1: db down",
        },
        [
            "*Triggered* #1: db down (https://pd.example.org/incidents/P1)",
            "View (https://pd.example.org/P1)",
            "Assigned: Zoe (zoe@example.org)",
        ],
    ),
    "a shell script": Sent({"text": "disk\r\nis full"}, ["disk", "is full"]),
}
