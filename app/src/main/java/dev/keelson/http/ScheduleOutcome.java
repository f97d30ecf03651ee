package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;

/** What came of the last run of a schedule that has a job for each model: the worst of them, so that no alarm hides behind a quiet model. */
public final class ScheduleOutcome {
    /** What may come of a job, worst first. */
    private static final List<String> WORST_FIRST =
            List.of("failed", "alarm", "finding", "running", "waiting", "missed", "cancelled", "insufficient", "done");

    private static final int NAMED = 5;

    private ScheduleOutcome() {}

    /**
     * {@code state} (the worst), {@code job} that came to it, {@code message}.
     *
     * @param jobs of one run, not empty
     */
    public static ObjectNode json(JsonNode jobs) {
        JsonNode worst = worst(jobs);
        return JsonNodeFactory.instance
                .objectNode()
                .put("state", state(worst))
                .put("job", worst.path("id").asText())
                .put("message", message(jobs, worst));
    }

    /** The job of a run that ended worst; of several the first, and a missing node of none. */
    public static JsonNode worst(JsonNode jobs) {
        return jobs.valueStream()
                .min(Comparator.comparingInt(job -> WORST_FIRST.indexOf(state(job))))
                .orElse(MissingNode.getInstance());
    }

    private static String message(JsonNode jobs, JsonNode worst) {
        if (jobs.size() == 1) {
            String message = worst.path("message").asText();
            return message.isEmpty() ? worst.at("/result/message").asText() : message;
        }
        String state = state(worst);
        List<String> models = jobs.valueStream()
                .filter(job -> state(job).equals(state))
                .map(job -> job.path("subject").asText())
                .map(subject -> subject.substring(subject.indexOf('/') + 1))
                .toList();
        String names = String.join(", ", models.subList(0, Math.min(NAMED, models.size())));
        return "%s: %d of %d models (%s%s)"
                .formatted(state, models.size(), jobs.size(), names, models.size() > NAMED ? ", and %d more".formatted(models.size() - NAMED) : "");
    }

    private static String state(JsonNode job) {
        String state = job.path("state").asText();
        String verdict = job.at("/result/verdict").asText();
        if (!state.equals("done")) {
            return WORST_FIRST.contains(state) ? state : "running";
        }
        if (job.at("/result/finding").asBoolean()) {
            return verdict.equals("alarm") || job.path("kind").asText().equals("decay") ? "alarm" : "finding";
        }
        return verdict.equals("insufficient") ? verdict : state;
    }
}
