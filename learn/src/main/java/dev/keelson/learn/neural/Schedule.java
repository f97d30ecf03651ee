package dev.keelson.learn.neural;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Suggestion;
import dev.keelson.learn.spi.LearnerSettings;
import java.util.List;
import java.util.SortedMap;

/**
 * How a network is trained, whatever its shape.
 *
 * @param epochs passes over the training rows, at least 1
 * @param batchSize rows of a step; 0 for a fiftieth of the rows, at least 16 and at most 128
 * @param learningRate at the start, above 0; it falls linearly to 0 over the epochs
 * @param weightDecay share of its size, times the learning rate, that a weight loses in each step, at least 0
 * @param dropout share of the units that are left out of a step, 0 to 0.95
 * @param earlyStopping epochs without a lower loss on the validation rows after which training ends and the best epoch
 *     counts; 0 never
 * @param device {@code cpu} or {@code cuda}
 */
record Schedule(
        int epochs,
        int batchSize,
        double learningRate,
        double weightDecay,
        double dropout,
        int earlyStopping,
        String device) {
    /** Names of the settings in project files. */
    static final List<String> NAMES = List.of(
            "batch_size", "device", "dropout", "early_stopping", "epochs", "learning_rate", "weight_decay");

    private static final List<String> DEVICES = List.of("cpu", "cuda");
    private static final int MOST = 100_000;
    private static final int BATCHES = 50;
    private static final int LEAST_BATCH = 16;
    private static final int MOST_BATCH = 128;

    /** Reads the settings, with some defaults; problems are told by the reader at its end. */
    static Schedule read(LearnerSettings reader, int epochs, double learningRate, double dropout) {
        return new Schedule(
                reader.whole("epochs", epochs, 1, MOST),
                reader.whole("batch_size", 0, 0, MOST),
                reader.real("learning_rate", learningRate, 1e-7, 1),
                reader.real("weight_decay", 0.01, 0, 10),
                reader.real("dropout", dropout, 0, 0.95),
                reader.whole("early_stopping", 0, 0, MOST),
                reader.text("device", "cpu"));
    }

    /**
     * This, with a device that is known.
     *
     * @throws KeelsonException BAD_VALUE
     */
    Schedule checked(String learner) {
        if (!DEVICES.contains(device)) {
            throw new KeelsonException(
                    ErrorCode.BAD_VALUE,
                    "The setting %s.device (%s) must be one of %s.".formatted(learner, device, DEVICES),
                    Suggestion.sentence(device, DEVICES).orElse(null));
        }
        return this;
    }

    /** This, for a model that goes on: so many epochs to their end, from another learning rate. */
    Schedule further(int rounds, double rate) {
        return new Schedule(rounds, batchSize, rate, weightDecay, dropout, 0, device);
    }

    /** Rows of a step when there are {@code rows} in all. */
    int batchSize(int rows) {
        return batchSize > 0 ? batchSize : Math.clamp(rows / BATCHES, LEAST_BATCH, MOST_BATCH);
    }

    void tell(SortedMap<String, Object> settings) {
        settings.put("epochs", (long) epochs);
        settings.put("batch_size", (long) batchSize);
        settings.put("learning_rate", learningRate);
        settings.put("weight_decay", weightDecay);
        settings.put("dropout", dropout);
        settings.put("early_stopping", (long) earlyStopping);
        settings.put("device", device);
    }
}
