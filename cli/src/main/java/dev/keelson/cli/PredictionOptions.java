package dev.keelson.cli;

import dev.keelson.project.Project;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which predictions of a model are looked at. */
final class PredictionOptions {
    @Option(names = "--model-version", paramLabel = "N", description = "By this version only.")
    @Nullable Integer version;

    @Option(names = "--from", paramLabel = "TIME", description = "Only of events at or after this day or instant.")
    @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Only of events before this day or instant.")
    @Nullable String to;

    @Nullable Instant from(Project project) {
        return Moments.orNull("--from", from, project.zone());
    }

    @Nullable Instant to(Project project) {
        Instant end = Moments.orNull("--to", to, project.zone());
        Moments.checkOrder(from(project), end);
        return end;
    }
}
