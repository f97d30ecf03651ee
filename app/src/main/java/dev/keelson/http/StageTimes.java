package dev.keelson.http;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Where the time of predict requests goes: histograms of the stages by model. Noting a stage takes some ten nanoseconds, as
 * threads do not wait for each other. Safe for use by several threads.
 */
public final class StageTimes {
    /** Upper bounds of the buckets in nanoseconds, inclusive, ascending; the last bucket has none. */
    private static final long[] BOUNDS = {
        1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
        1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 100_000_000, 500_000_000
    };

    private static final double NANOS = 1e9;
    private static final String NAME = "keelson_serve_stage_seconds";

    private final Map<String, OfModel> models = new ConcurrentHashMap<>();

    /** A part of answering a predict request. */
    public enum Stage {
        /** The body, from its first byte to checked JSON. */
        PARSE,
        /** The rows checked, and their features. */
        FEATURES,
        /** The models, and what they advise. */
        PREDICT,
        /** The log. */
        JOURNAL,
        /** The answer, to the last byte sent. */
        WRITE
    }

    /** The stages of one model. */
    public static final class OfModel {
        private final Histogram parse = new Histogram();
        private final Histogram features = new Histogram();
        private final Histogram predict = new Histogram();
        private final Histogram journal = new Histogram();
        private final Histogram write = new Histogram();

        /** A request went through a stage in so long. */
        public void took(Stage stage, long nanos) {
            of(stage).add(nanos);
        }

        private Histogram of(Stage stage) {
            return switch (stage) {
                case PARSE -> parse;
                case FEATURES -> features;
                case PREDICT -> predict;
                case JOURNAL -> journal;
                case WRITE -> write;
            };
        }
    }

    private static final class Histogram {
        private final LongAdder[] buckets = new LongAdder[BOUNDS.length + 1];
        private final LongAdder nanos = new LongAdder();

        Histogram() {
            for (int i = 0; i < buckets.length; i++) {
                buckets[i] = new LongAdder();
            }
        }

        void add(long time) {
            int bucket = 0;
            while (bucket < BOUNDS.length && time > BOUNDS[bucket]) {
                bucket++;
            }
            buckets[bucket].increment();
            nanos.add(time);
        }

        void write(String labels, StringBuilder out) {
            long count = 0;
            for (int i = 0; i < buckets.length; i++) {
                count += buckets[i].sum();
                out.append(NAME)
                        .append("_bucket{")
                        .append(labels)
                        .append(",le=\"")
                        .append(i < BOUNDS.length ? Double.toString(BOUNDS[i] / NANOS) : "+Inf")
                        .append("\"} ")
                        .append(count)
                        .append('\n');
            }
            out.append(NAME).append("_sum{").append(labels).append("} ").append(nanos.sum() / NANOS).append('\n');
            out.append(NAME).append("_count{").append(labels).append("} ").append(count).append('\n');
        }
    }

    /**
     * The stages of a model.
     *
     * @param model one that exists: each name is kept
     */
    public OfModel of(String model) {
        OfModel known = models.get(model);
        return known != null ? known : models.computeIfAbsent(model, name -> new OfModel());
    }

    /** Everything, in the text format of Prometheus 0.0.4; empty when nothing was noted. */
    public String scrape() {
        if (models.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder(1 << 13);
        out.append("# HELP ").append(NAME).append(" Time of a stage of a predict request\n");
        out.append("# TYPE ").append(NAME).append(" histogram\n");
        new TreeMap<>(models).forEach((model, stages) -> {
            String name = model.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
            for (Stage stage : Stage.values()) {
                String labels =
                        "model=\"%s\",stage=\"%s\"".formatted(name, stage.name().toLowerCase(Locale.ROOT));
                stages.of(stage).write(labels, out);
            }
        });
        return out.toString();
    }
}
