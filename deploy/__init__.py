"""What runs Promostream somewhere: a local Kafka, images, dashboards, alerts, examples."""
