package dev.keelson.learn.neural;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.learn.Learner;
import dev.keelson.learn.spi.LearnerProvider;
import dev.keelson.learn.spi.LearnerSettings;
import dev.keelson.learn.spi.ModelCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Registers the multi-layer perceptron as {@code mlp}. */
public final class MlpProvider implements LearnerProvider {
    private static final String NAME = "mlp";
    private static final int MOST_LAYERS = 16;
    private static final int MOST_UNITS = 65_536;

    private final @Nullable GradientEngine engine;

    /** Trains with the engine that is found as a service. */
    public MlpProvider() {
        this(null);
    }

    MlpProvider(@Nullable GradientEngine engine) {
        this.engine = engine;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> settingNames() {
        return Stream.concat(Schedule.NAMES.stream(), Stream.of("activation", "batch_norm", "hidden"))
                .sorted()
                .toList();
    }

    @Override
    public boolean installed() {
        return engine != null || GradientEngine.found().isPresent();
    }

    @Override
    public ModelCodec codec() {
        return new NeuralCodec();
    }

    /**
     * {@inheritDoc}
     *
     * <p>By default two hidden layers of 64 and 32 units with a dropout of 0.2.
     */
    @Override
    public Learner create(Map<String, Object> settings) {
        Map<String, Object> given = new HashMap<>(settings);
        given.computeIfPresent("hidden", (_, value) -> value instanceof Long ? value.toString() : value);
        LearnerSettings reader = new LearnerSettings(NAME, given);
        String hidden = reader.text("hidden", "64,32");
        String activation = reader.text("activation", "relu");
        boolean batchNorm = reader.flag("batch_norm", false);
        Schedule schedule = Schedule.read(reader, 50, 0.003, 0.2);
        reader.finish();
        if (!Activation.NAMES.contains(activation)) {
            throw refused("activation", activation, "one of %s".formatted(Activation.NAMES));
        }
        return new NeuralLearner(
                NAME,
                new Architecture.Perceptron(layers(hidden), Activation.of(activation), batchNorm),
                schedule.checked(NAME),
                engine);
    }

    private static List<Integer> layers(String text) {
        List<Integer> layers = new ArrayList<>();
        for (String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
            String units = part.strip();
            if (!units.matches("[1-9][0-9]{0,4}") || Integer.parseInt(units) > MOST_UNITS) {
                throw refused("hidden", text, "units of each layer from 1 to %d, such as \"64,32\"".formatted(MOST_UNITS));
            }
            layers.add(Integer.valueOf(units));
        }
        if (layers.size() > MOST_LAYERS) {
            throw refused("hidden", text, "at most %d layers".formatted(MOST_LAYERS));
        }
        return layers;
    }

    private static KeelsonException refused(String setting, String value, String expected) {
        return new KeelsonException(
                ErrorCode.BAD_VALUE,
                "The setting %s.%s (%s) must be %s.".formatted(NAME, setting, value, expected),
                null);
    }
}
