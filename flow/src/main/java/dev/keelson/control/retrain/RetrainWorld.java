package dev.keelson.control.retrain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.job.JobRun;
import dev.keelson.registry.governance.Governance;
import dev.keelson.train.RetrainDefinition;
import java.time.Duration;
import java.util.Optional;

/** What a retraining needs of the project that runs. Safe for use by several threads. */
public interface RetrainWorld {
    /** What the project file says of a model. */
    RetrainDefinition definition(String model);

    /** Who may come to serve, and on what evidence. */
    Governance governance();

    /**
     * Checks a model for drift.
     *
     * @return {@code verdict} ({@code none}, {@code insufficient}, {@code warning}, {@code alarm}, or {@code unchecked} where nothing
     *     could be), {@code sentence}, {@code features} looked at, {@code drifted} of them, {@code ratio} of the two, {@code rows},
     *     {@code not_worth}: why an alarm trains nothing by itself, where it does not
     */
    ObjectNode drift(String model);

    /**
     * Why a training would come to what there is: it would learn from nothing that the version that serves, or the one trained
     * last, has not learned from.
     *
     * @return one sentence, the same as long as nothing is new; empty where something is
     */
    Optional<String> nothingNew(String model);

    /**
     * Trains, and registers what comes of it as challenger (or as champion where there is none) unless it does not meet the
     * thresholds on its test period. The audit line of the registration names the job in its evidence, in the same transaction.
     *
     * @return {@code status} ({@code registered}, {@code unchanged}, {@code forgets}, {@code below}, {@code nothing}), {@code sentence},
     *     {@code run}, {@code version}, {@code metrics}, {@code trained_on}; nothing while too many others are trained
     * @throws InterruptedException when the run is not to go on; the training is stopped
     */
    Optional<JsonNode> train(JobRun run, RetrainRequest request) throws InterruptedException;

    /**
     * Lets a version answer a share of the requests.
     *
     * @return the id of the rollout
     */
    String canary(String model, int version, double share, Duration hold, String reason);

    /** How many requests the candidate of a model's open rollout has answered. */
    long canaryAnswers(String model);

    /** Ends the open rollout of a version; nothing when there is none. */
    void endCanary(String model, int version, String reason);
}
