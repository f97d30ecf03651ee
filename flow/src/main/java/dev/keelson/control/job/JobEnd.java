package dev.keelson.control.job;

import dev.keelson.registry.job.Job;
import dev.keelson.registry.spi.CatalogTransaction;

/** What follows the end of a job, in the transaction that ends it: it is there with the end, or neither is. */
@FunctionalInterface
public interface JobEnd {
    /** Nothing follows. */
    JobEnd NOTHING = (tx, job) -> {};

    /**
     * A job ended.
     *
     * @param job done, failed for good or cancelled
     */
    void ended(CatalogTransaction tx, Job job);
}
