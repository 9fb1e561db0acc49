#!/usr/bin/env python3
"""Writes a large inventory as JSON: N resources in teams that look like those of a real account.

    bench/large_inventory.py 100000 > large.inventory.json

The same N gives the same bytes.
"""
import json
import sys

# One team of 20 resources: roles, a service with its log, functions behind queues, topics, events and buckets.
TEAM = {
    "execution": {"type": "iam:role", "path": "/service-role/teams/"},
    "task": {"type": "iam:role", "trust": [{"name": "tasks", "allows": "ecs-tasks.amazonaws.com", "by": "service"}]},
    "forwarder": {"type": "iam:role"},
    "worker-role": {"type": "iam:role"},
    "key": {"type": "kms:key", "pending_window": "30d"},
    "web": {
        "type": "ecs:service", "execution_role": "@execution", "task_role": "@task", "tasks": 6, "task_lifetime": "7d",
        "logs": {"group": "@log", "rate": "40/s", "size": "600B"},
        "calls": [{"name": "table", "to": "@table", "ratio": 2}],
    },
    "log": {"type": "logs:log-group", "retention": "30d",
            "subscriptions": [{"name": "archive", "destination": "@stream", "role": "@forwarder"}]},
    "stream": {"type": "firehose:delivery-stream", "role": "@forwarder", "destination": "@archive"},
    "archive": {"type": "s3:bucket", "kms_key": "@key",
                "replication": [{"name": "copy", "destination": "@copy", "role": "@forwarder"}]},
    "copy": {"type": "s3:bucket", "policy": [{"name": "replication", "allows": "@forwarder", "by": "role-id"}]},
    "jobs": {"type": "sqs:queue", "kms_key": "@key", "retention": "4d", "dead_letter": "@dead", "max_receives": 5,
             "policy": [{"name": "topic", "allows": "sns.amazonaws.com", "by": "service"}]},
    "dead": {"type": "sqs:queue", "retention": "14d"},
    "worker": {"type": "lambda:function", "role": "@worker-role", "environment": {"kms_key": "@key"},
               "calls": [{"name": "table", "to": "@table"}]},
    "mapping": {"type": "lambda:event-source-mapping", "source": "@jobs", "function": "@worker"},
    "handler": {"type": "lambda:function", "role": "@worker-role", "dead_letter": "@dead"},
    "topic": {"type": "sns:topic", "subscriptions": [{"name": "jobs", "endpoint": "@jobs", "dead_letter": "@dead"},
                                                     {"name": "handler", "endpoint": "@handler"}]},
    "bus": {"type": "events:bus"},
    "rule": {"type": "events:rule", "bus": "@bus",
             "targets": [{"name": "topic", "target": "@topic", "dead_letter": "@dead"}]},
    "nightly": {"type": "scheduler:schedule", "every": "1d", "role": "@worker-role", "target": "@handler"},
    "table": {"type": "dynamodb:table", "kms_key": "@key"},
}


def place(value, prefix):
    if isinstance(value, str):
        return prefix + value[1:] if value.startswith("@") else value
    if isinstance(value, list):
        return [place(v, prefix) for v in value]
    if isinstance(value, dict):
        return {k: place(v, prefix) for k, v in value.items()}
    return value


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    out = sys.stdout
    out.write('{"version": 1, "name": "large", "account": "111122223333", "region": "eu-central-1", "resources": {\n')
    written = 0
    traffic = []
    while written < count:
        prefix = f"team-{written // len(TEAM):06d}-production-"
        for name, resource in TEAM.items():
            if written == count:
                break
            if written:
                out.write(",\n")
            tagged = {**place(resource, prefix), "tags": {"team": prefix, "environment": "production", "cost-centre": "4711"}}
            out.write(json.dumps(prefix + name) + ": " + json.dumps(tagged))
            written += 1
        if written % len(TEAM) == 0:
            traffic += [{"to": prefix + "web", "rate": "120/s"}, {"to": prefix + "bus", "rate": "20/s", "size": "2KB"}]
    out.write('\n}, "traffic": ' + json.dumps(traffic) + "}\n")


if __name__ == "__main__":
    main()
