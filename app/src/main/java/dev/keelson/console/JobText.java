package dev.keelson.console;

import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Badge;
import dev.keelson.error.Problem;
import dev.keelson.http.Jobs.Job;
import dev.keelson.http.Jobs.Progress;
import dev.keelson.http.Jobs.State;
import dev.keelson.http.Jobs;
import java.time.Duration;
import java.time.Instant;

/** Work in the background in words. */
final class JobText {
    private JobText() {}

    static Badge badge(State state) {
        return switch (state) {
            case RUNNING -> new Badge(Level.UNKNOWN, "running");
            case DONE -> new Badge(Level.OK, "done");
            case CANCELLED -> new Badge(Level.OFF, "stopped");
            case FAILED -> new Badge(Level.HIGH, "failed");
        };
    }

    static boolean running(Job<?> job) {
        return job.state() == State.RUNNING;
    }

    static boolean stopping(Job<?> job) {
        return running(job) && Jobs.STOPPING.equals(job.progress().stage());
    }

    /** {@code 12.3 s so far, about 20.1 s more}; the rest is told once a part has ended. */
    static String time(Job<?> job, Instant now) {
        Duration spent = Duration.between(job.startedAt(), now);
        Progress progress = job.progress();
        if (spent.isNegative()) {
            spent = Duration.ZERO;
        }
        String text = Text.duration(spent) + " so far";
        return progress.done() == 0 || progress.done() >= progress.of()
                ? text
                : text + ", about "
                        + Text.duration(spent.multipliedBy(progress.of() - progress.done()).dividedBy(progress.done()))
                        + " more";
    }

    /** Why a job failed. */
    static String failure(Job<?> job) {
        Problem failure = job.failure();
        if (failure == null) {
            return "";
        }
        return failure.hint() == null ? failure.message() : failure.message() + " " + failure.hint();
    }
}
