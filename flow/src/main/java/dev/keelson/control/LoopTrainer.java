package dev.keelson.control;

import dev.keelson.learn.Model;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftReport;
import dev.keelson.monitor.ReferenceProfile;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Trains and loads the versions of one model. Safe for use by several threads. */
public interface LoopTrainer {

    /**
     * A trained model and what the loop has to know of it.
     *
     * @param run its run, finished
     * @param sha256 hash of its bundle
     * @param model ready to predict
     * @param expectedLoss loss in the decay monitor's metric on the run's untouched test period
     * @param expectedError its clustered standard error
     * @param labelCounts how often each class occurred in the training rows
     */
    record Trained(
            Run run, String sha256, Model model, double expectedLoss, double expectedError, long[] labelCounts) {}

    /**
     * Trains with the labels known strictly before an instant. The same arguments give the same bytes; what has been
     * trained before is not trained again.
     *
     * @param asOf rows whose label was known strictly before count
     * @param kind an initial version or a change fits everything; a refresh takes blend weights and calibration over
     *     unless they are older than 26 weeks
     * @param champion whose weights a refresh takes over, or null
     */
    Trained train(Instant asOf, ModelVersion.Kind kind, @Nullable Trained champion);

    /**
     * What came of letting a champion go on.
     *
     * @param trained null where there was nothing to learn, or it forgot too much
     * @param reason what came of it, as a sentence
     */
    record GoneOn(@Nullable Trained trained, String reason) {}

    /**
     * Lets a champion go on from recent rows, as its model says.
     *
     * @param reinforce whether its confident mistakes weigh more
     * @throws dev.keelson.error.KeelsonException BAD_REQUEST if its learners cannot go on
     */
    GoneOn goOn(Instant asOf, Trained champion, boolean reinforce);

    /**
     * Loads a version.
     *
     * @param run the run that trained it
     */
    Trained load(ModelVersion version, Run run);

    /** The inputs (features, then watched values) of the rows a version was trained on. */
    ReferenceProfile profile(ModelVersion version, Trained trained);

    /**
     * The inputs of the rows of a period, labelled or not.
     *
     * @param from event time of the first
     * @param to end, exclusive; only what was known before it
     * @param trained the model whose inputs they are
     * @return null if there are fewer than {@link ReferenceProfile#WINDOWS}
     */
    @Nullable ReferenceProfile profile(Instant from, Instant to, Trained trained);

    /**
     * Rows that a model was asked about.
     *
     * @param inputs features, then watched values, of each, oldest first
     * @param segments of each
     * @param from event time of the first
     * @param end of the window, exclusive
     */
    record Asked(List<double[]> inputs, List<String> segments, Instant from, Instant end) {}

    /**
     * Compares rows with those a version was trained on as tables: segments, and all columns together, as a monitor asks.
     *
     * @param at the instant of the check
     * @return empty where the rows that a version was trained on are no table
     */
    default Optional<DriftReport> tables(ModelVersion version, Asked rows, DriftMonitorDefinition monitor, Instant at) {
        return Optional.empty();
    }
}
