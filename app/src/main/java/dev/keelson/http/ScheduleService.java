package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.job.JobQuery;

/**
 * The schedules of a project and their jobs. Answers are JSON documents, described in docs/reference/schedules.md. Safe for use
 * by several threads.
 */
public interface ScheduleService {
    /** Where nothing is scheduled. */
    ScheduleService NONE = new ScheduleService() {
        @Override
        public JsonNode list() {
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            document.putArray("schedules");
            return document;
        }

        @Override
        public JsonNode run(String schedule, String actor, String reason) {
            throw unknown(schedule);
        }

        @Override
        public JsonNode pause(String schedule, boolean paused, String actor, String reason) {
            throw unknown(schedule);
        }

        @Override
        public JsonNode jobs(JobQuery query) {
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            document.putArray("jobs");
            return document;
        }

        @Override
        public JsonNode job(String id, long after) {
            throw new KeelsonException(ErrorCode.NOT_FOUND, "There is no job (%s).".formatted(id), null);
        }

        @Override
        public JsonNode cancel(String id, String actor, String reason) {
            throw new KeelsonException(ErrorCode.NOT_FOUND, "There is no job (%s).".formatted(id), null);
        }
    };

    /** Every schedule: in words, its last run, its next three, whether it is paused. */
    JsonNode list();

    /**
     * Runs a schedule now, whether it is due or paused or not.
     *
     * @return the jobs that were asked for, or that waited already
     * @throws KeelsonException NOT_FOUND
     */
    JsonNode run(String schedule, String actor, String reason);

    /**
     * Pauses a schedule or lets it go on; what was due meanwhile is not made up for.
     *
     * @return the schedule
     * @throws KeelsonException NOT_FOUND
     */
    JsonNode pause(String schedule, boolean paused, String actor, String reason);

    /** Jobs, newest first. */
    JsonNode jobs(JobQuery query);

    /**
     * A job with the lines of its log behind a number.
     *
     * @throws KeelsonException NOT_FOUND
     */
    JsonNode job(String id, long after);

    /**
     * Asks for the end of a job.
     *
     * @throws KeelsonException NOT_FOUND, or CONFLICT when it has ended
     */
    JsonNode cancel(String id, String actor, String reason);

    /** That there is no such schedule. */
    static KeelsonException unknown(String schedule) {
        return new KeelsonException(
                ErrorCode.NOT_FOUND,
                "There is no schedule (%s).".formatted(schedule),
                "Maybe list them: `keelson schedule list`.");
    }
}
