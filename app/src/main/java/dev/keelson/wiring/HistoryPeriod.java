package dev.keelson.wiring;

import dev.keelson.data.DatasetVersion;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.expression.Durations;
import dev.keelson.project.Project;
import java.time.Duration;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Whether a period of history can be walked, as far as that is known without reading a row. */
final class HistoryPeriod {
    private static final int MOST_STEPS = 50_000;

    private HistoryPeriod() {}

    /**
     * Checks it against the months of the rows of a model's source, as loaded; nothing where none were.
     *
     * @throws KeelsonException USAGE when it begins before the data or behind them, or has too many steps
     */
    static void check(
            Workspace workspace,
            Project project,
            String model,
            @Nullable LocalDate from,
            @Nullable LocalDate to,
            Duration step) {
        DatasetVersion loaded = workspace.latest().get(Projects.model(project, model).source());
        if (loaded == null) {
            return;
        }
        YearMonth oldest = loaded.partitions().getFirst().month();
        YearMonth newest = loaded.partitions().getLast().month();
        LocalDate first = oldest.atDay(1);
        LocalDate last = newest.atEndOfMonth();
        if (from != null && (!from.isAfter(first) || from.isAfter(last))) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "The first day (%s) is not within the data of the model (%s), which go from %s to %s."
                            .formatted(from, model, oldest, newest),
                    "Maybe leave it out: the last third of the history is taken then.");
        }
        if (to != null && !to.isAfter(first)) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "The last day (%s) is before the data of the model (%s), which go from %s to %s."
                            .formatted(to, model, oldest, newest),
                    "Maybe leave it out: the period goes on to the last row then.");
        }
        steps(from == null ? last : from, to == null || to.isAfter(last) ? last : to, step);
    }

    /** Refuses more steps than anybody waits for. */
    static void steps(LocalDate from, LocalDate to, Duration step) {
        double steps = (double) ChronoUnit.DAYS.between(from, to) * Duration.ofDays(1).toSeconds() / step.toMillis() * 1000;
        if (steps > MOST_STEPS) {
            throw new KeelsonException(
                    ErrorCode.USAGE,
                    "Steps of %s make %,.0f steps from %s to %s; at most %,d can be asked for."
                            .formatted(Durations.format(step), steps, from, to, MOST_STEPS),
                    "Maybe make them longer: 1d or 7d.");
        }
    }
}
