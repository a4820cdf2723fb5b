#!/usr/bin/env bash
# Least rights on the broker: who reads and writes what, and nothing else.
# Made from the table in agents/rights.py by `promostream topics acls`; made again, not edited.
#
#   BOOTSTRAP_SERVERS=kafka:9093 COMMAND_CONFIG=admin.properties deploy/acls.sh
#
# KAFKA_ACLS: Kafka's tool (default: kafka-acls.sh on the path). COMMAND_CONFIG: how its administrator connects.
# Principals that are called otherwise, and topics with a prefix: `promostream topics acls --help`.
set -euo pipefail
: "${BOOTSTRAP_SERVERS:?set it to the address of a broker}"

grant() {
  "${KAFKA_ACLS:-kafka-acls.sh}" --bootstrap-server "$BOOTSTRAP_SERVERS" \
    ${COMMAND_CONFIG:+--command-config "$COMMAND_CONFIG"} --add --force "$@"
}

# worker intake: reads the platform's topics and control, writes the log
grant --allow-principal User:promostream-intake --operation Read --operation DescribeConfigs --topic browses --topic clicks --topic purchases --topic trigger-outcomes --topic privacy-requests --topic customers --topic catalogue --topic control --topic redrives --topic handovers
grant --allow-principal User:promostream-intake --operation Read --operation Write --operation DescribeConfigs --topic user-log
grant --allow-principal User:promostream-intake --operation Write --operation DescribeConfigs --topic dead-letters
grant --allow-principal User:promostream-intake --operation Describe --group promostream-reader
grant --allow-principal User:promostream-intake --operation Read --group promostream-intake

# worker decide: folds the log, writes decisions and triggers
grant --allow-principal User:promostream-decide --operation Read --operation DescribeConfigs --topic models
grant --allow-principal User:promostream-decide --operation Read --operation Write --operation DescribeConfigs --topic user-log --topic promotion-triggers --topic decisions --topic fraud-alerts --topic checkpoints
grant --allow-principal User:promostream-decide --operation Write --operation DescribeConfigs --topic closed-decisions --topic fraud-samples --topic entity-sightings --topic item-choices --topic hourly-counts --topic handovers --topic dead-letters
grant --allow-principal User:promostream-decide --operation Describe --group promostream-reader
grant --allow-principal User:promostream-decide --operation Read --group promostream-decide
grant --allow-principal User:promostream-decide --operation Write --transactional-id promostream-decide- --resource-pattern-type prefixed

# worker learn: reads what decide tells of decisions, risks, choices and hours, writes models
grant --allow-principal User:promostream-learn --operation Describe --operation DescribeConfigs --topic user-log
grant --allow-principal User:promostream-learn --operation Read --operation DescribeConfigs --topic closed-decisions --topic fraud-samples --topic item-choices --topic hourly-counts --topic checkpoints
grant --allow-principal User:promostream-learn --operation Read --operation Write --operation DescribeConfigs --topic models --topic learn-checkpoints
grant --allow-principal User:promostream-learn --operation Write --operation DescribeConfigs --topic control --topic dead-letters
grant --allow-principal User:promostream-learn --operation Describe --group promostream-reader
grant --allow-principal User:promostream-learn --operation Read --group promostream-learn
grant --allow-principal User:promostream-learn --operation Write --transactional-id promostream-learn- --resource-pattern-type prefixed

# worker coordinate: reads closed decisions and sightings, writes results, and rings on control
grant --allow-principal User:promostream-coordinate --operation Read --operation DescribeConfigs --topic closed-decisions --topic entity-sightings
grant --allow-principal User:promostream-coordinate --operation Read --operation Write --operation DescribeConfigs --topic coordinate-checkpoints
grant --allow-principal User:promostream-coordinate --operation Write --operation DescribeConfigs --topic experiment-results --topic control --topic dead-letters
grant --allow-principal User:promostream-coordinate --operation Describe --group promostream-reader
grant --allow-principal User:promostream-coordinate --operation Read --group promostream-coordinate
grant --allow-principal User:promostream-coordinate --operation Write --transactional-id promostream-coordinate- --resource-pattern-type prefixed

# people at the command line: topics, campaigns, catalogue, validate, publish, explain, alerts, redrive
grant --allow-principal User:promostream-operator --operation Create --operation Describe --operation DescribeConfigs --topic trigger-outcomes --topic handovers --topic promotion-triggers --topic closed-decisions --topic fraud-samples --topic entity-sightings --topic item-choices --topic hourly-counts --topic experiment-results --topic checkpoints --topic learn-checkpoints --topic coordinate-checkpoints
grant --allow-principal User:promostream-operator --operation Create --operation Describe --operation DescribeConfigs --operation Read --topic customers --topic catalogue --topic decisions --topic fraud-alerts
grant --allow-principal User:promostream-operator --operation Create --operation Describe --operation DescribeConfigs --operation Read --operation Write --topic browses --topic clicks --topic purchases --topic privacy-requests --topic control --topic user-log --topic models --topic dead-letters --topic redrives
grant --allow-principal User:promostream-operator --operation Describe --group promostream-reader
grant --allow-principal User:promostream-operator --operation Write --transactional-id promostream-redrive

# the shop: writes what customers do, their consent and attributes, its items
grant --allow-principal User:promostream-platform --operation Write --topic browses --topic clicks --topic purchases --topic privacy-requests --topic customers --topic catalogue

# the service that sends: reads triggers, reports outcomes
grant --allow-principal User:promostream-delivery --operation Read --topic promotion-triggers
grant --allow-principal User:promostream-delivery --operation Write --topic trigger-outcomes
grant --allow-principal User:promostream-delivery --operation Read --group delivery-service
