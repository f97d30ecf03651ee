package dev.keelson.cli;

import dev.keelson.http.DriftRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How two tables are compared. */
final class DriftOptions {
    @Option(names = "--name", paramLabel = "NAME", description = "What the comparison is called in reports.")
    @Nullable String name;

    @Option(
            names = "--policy",
            paramLabel = "POLICY",
            description = "recommended, pikkit, acis, n1v1, winmix or methods (default: the monitor's, or recommended).")
    @Nullable String policy;

    @Option(names = "--share", paramLabel = "SHARE", description = "Of drifted columns from which acis and methods alarm.")
    @Nullable Double share;

    @Option(
            names = "--method",
            paramLabel = "[COL=]METHOD",
            description = "Judge every column, or one, by a test or distance of its own; several times.")
    List<String> methods = new ArrayList<>();

    @Option(
            names = "--threshold",
            paramLabel = "[COL=]NUMBER",
            description = "Where columns, or one, drift by their methods; several times.")
    List<String> thresholds = new ArrayList<>();

    @Option(names = "--columns", split = ",", paramLabel = "COL", description = "Judge these only.")
    List<String> columns = new ArrayList<>();

    @Option(names = "--categories", split = ",", paramLabel = "COL", description = "Columns whose numbers are categories.")
    List<String> categories = new ArrayList<>();

    @Option(names = "--segments", split = ",", paramLabel = "COL", description = "Judge each of these columns' values by itself as well.")
    List<String> segments = new ArrayList<>();

    @Option(names = "--cluster", paramLabel = "COL", description = "Rows with one value of this column belong together.")
    @Nullable String cluster;

    @Option(names = "--time", paramLabel = "COL", description = "Column by which the rows of files are in order, and times of them are taken.")
    @Nullable String time;

    @Option(names = "--multivariate", description = "Look at all columns together, too, and say which tell the rows apart.")
    boolean multivariate;

    @Option(names = "--min-samples", paramLabel = "N", description = "Rows that both sides must have (default: 100).")
    @Nullable Integer minSamples;

    DriftRequest request(@Nullable String model, @Nullable String reference, @Nullable String current) {
        return new DriftRequest(
                name, model, reference, current, policy, share, methods, thresholds, columns, categories, segments, cluster, time,
                multivariate, minSamples);
    }

    /** Whether anything is asked for that a model's own check does not do. */
    boolean any() {
        return name != null
                || policy != null
                || share != null
                || cluster != null
                || time != null
                || multivariate
                || minSamples != null
                || !(methods.isEmpty() && thresholds.isEmpty() && columns.isEmpty() && categories.isEmpty() && segments.isEmpty());
    }
}
