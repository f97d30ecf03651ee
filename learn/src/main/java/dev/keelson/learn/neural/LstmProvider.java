package dev.keelson.learn.neural;

import dev.keelson.learn.Learner;
import dev.keelson.learn.spi.LearnerProvider;
import dev.keelson.learn.spi.LearnerSettings;
import dev.keelson.learn.spi.ModelCodec;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Registers long short-term memory over lagged features as {@code lstm}. */
public final class LstmProvider implements LearnerProvider {
    private static final String NAME = "lstm";
    private static final int MOST_UNITS = 4_096;
    private static final int MOST_LAYERS = 8;

    private final @Nullable GradientEngine engine;

    /** Trains with the engine that is found as a service. */
    public LstmProvider() {
        this(null);
    }

    LstmProvider(@Nullable GradientEngine engine) {
        this.engine = engine;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> settingNames() {
        return Stream.concat(Schedule.NAMES.stream(), Stream.of("layers", "units"))
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
     * <p>By default one layer of 32 units with a dropout of 0.1.
     */
    @Override
    public Learner create(Map<String, Object> settings) {
        LearnerSettings reader = new LearnerSettings(NAME, settings);
        int units = reader.whole("units", 32, 1, MOST_UNITS);
        int layers = reader.whole("layers", 1, 1, MOST_LAYERS);
        Schedule schedule = Schedule.read(reader, 30, 0.01, 0.1);
        reader.finish();
        return new NeuralLearner(NAME, new Architecture.Lstm(units, layers), schedule.checked(NAME), engine);
    }
}
