package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.monitor.DecayCheck;
import dev.keelson.monitor.performance.PerformanceMetric;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is known of a model's performance, in a sentence, for whoever hears that its data moved. */
final class KnownPerformance {
    private KnownPerformance() {}

    /**
     * The sentence.
     *
     * @param decay as {@link dev.keelson.http.ModelPerformance#decay} tells it; null where no performance monitor watches the model
     */
    static String sentence(@Nullable JsonNode decay) {
        if (decay == null) {
            return "Nothing is known of performance: no performance monitor watches the model.";
        }
        String verdict = decay.path("verdict").asText();
        List<String> metrics = new ArrayList<>();
        long missing = 0;
        for (JsonNode each : decay.path("metrics")) {
            if (each.path("verdict").asText().equals(verdict) && each.path("observed").isNumber()) {
                metrics.add(metric(each));
                missing = Math.max(missing, each.path("labels_missing").asLong());
            }
        }
        if (verdict.equals(DecayCheck.Verdict.NONE.word())) {
            boolean same = decay.path("metrics").valueStream().allMatch(KnownPerformance::withinTolerance);
            return "Performance %s so far (%s).".formatted(same ? "unchanged" : "no worse", String.join(", ", metrics));
        }
        if (verdict.equals(DecayCheck.Verdict.DECAYED.word())) {
            return "Performance became worse, too (%s).".formatted(String.join(", ", metrics));
        }
        if (metrics.isEmpty()) {
            return "Nothing is known of performance yet: no outcomes of settled days are there.";
        }
        return "Whether performance changed is not known yet (%s)%s"
                .formatted(
                        String.join(", ", metrics), missing == 0 ? "." : ": about %,d labels still needed.".formatted(missing));
    }

    /** Neither better nor worse by more than the tolerance. */
    private static boolean withinTolerance(JsonNode each) {
        double expected = each.path("expected").asDouble();
        return Math.abs(each.path("observed").asDouble() - expected) <= Math.abs(each.path("tolerated").asDouble() - expected);
    }

    private static String metric(JsonNode each) {
        String key = each.path("metric").asText();
        String is = String.format(
                Locale.ROOT,
                "%s %.4f",
                PerformanceMetric.of(key).map(PerformanceMetric::words).orElse(key),
                each.path("observed").asDouble());
        return each.path("expected").isNumber()
                ? String.format(Locale.ROOT, "%s, was %.4f", is, each.path("expected").asDouble())
                : is;
    }
}
