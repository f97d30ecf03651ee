package dev.keelson.registry.tracking;

/**
 * The points of one metric of one run, in short.
 *
 * @param last the greatest by step, then time, then value: what MLflow calls the latest
 * @param min the smallest value; NaN when all are NaN
 * @param max the greatest value; NaN when all are NaN
 * @param count how many points
 */
public record MetricSummary(MetricPoint last, double min, double max, long count) {}
