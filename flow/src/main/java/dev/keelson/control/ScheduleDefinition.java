package dev.keelson.control;

import dev.keelson.error.Location;
import java.time.Duration;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * A job and when it is due, as the project file declares it.
 *
 * @param name its name in the project
 * @param cron five fields: minute hour day-of-month month day-of-week
 * @param zone the zone in which the fields are read
 * @param job what runs
 * @param onFinding what follows an alarm of a drift job or decay found by a decay job
 * @param missed what happens to times that passed while nothing ran
 * @param jitter each time begins up to so much later, by its name and the time, so that not all begin at once
 */
public record ScheduleDefinition(
        String name, String cron, ZoneId zone, Job job, OnFinding onFinding, Missed missed, Duration jitter,
        @Nullable Location location) {
    /** One that runs once for whatever it missed, without jitter. */
    public ScheduleDefinition(
            String name, String cron, ZoneId zone, Job job, OnFinding onFinding, @Nullable Location location) {
        this(name, cron, zone, job, onFinding, Missed.ONCE, Duration.ZERO, location);
    }

    /** What a schedule runs. */
    public enum Job {
        /** Load new rows and bring the online features up to date. */
        MATERIALIZE,
        /** Check for drift; in a replay for label shift and decay, too. */
        DRIFT,
        /** Check whether the champion, or a model that others serve, has become worse. */
        DECAY,
        /** Judge how well the champion is, and keep the report. */
        HEALTH,
        /** Train a challenger, whether or not anything drifted. */
        RETRAIN,
        /** Let the champion go on from recent rows, as a challenger. */
        UPDATE,
        /** Let the champion learn from its confident mistakes, as a challenger. */
        REINFORCE,
        /** Make the baselines that drift is measured against anew. */
        BASELINE,
        /** Validate the sources without loading, and keep the report. */
        VALIDATE
    }

    /** What happens to times that passed while nothing ran. */
    public enum Missed {
        /** The last of them runs now; the others are recorded as missed. */
        ONCE,
        /** They are recorded as missed. */
        SKIP,
        /** Each of them runs. */
        ALL
    }

    /** What follows an alarm. */
    public enum OnFinding {
        /** It is reported. */
        ALERT,
        /** A challenger is trained as well. */
        RETRAIN
    }
}
