package dev.keelson.learn.estimate;

import dev.keelson.stats.Interval;

/**
 * A metric that was estimated without labels.
 *
 * @param value the estimate
 * @param samplingError standard deviation that the realised metric has around it because outcomes are random
 * @param calibrationError standard deviation of the estimate because the calibration was fitted to finitely many rows
 * @param interval where the realised metric is expected; both errors are in it
 */
public record Estimate(double value, double samplingError, double calibrationError, Interval interval) {}
