package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.FailingView;
import dev.keelson.console.view.Markup;
import dev.keelson.console.view.QualityView;
import dev.keelson.console.view.Shell;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.QuarantinedRow;
import dev.keelson.data.Review;
import dev.keelson.data.SourceDefinition;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.registry.StoredReport;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the checks of each source found: by the newest load or validation, with those before as a trend. */
final class QualityPage {
    private static final String[] ROWS = {"row", "rows"};
    /** Reports in a trend. */
    private static final int TREND = 20;

    /** Rows of each kind that a validation keeps. */
    private static final int EXAMPLES = 100;

    private static final String VALIDATION = "validation";

    private final Backend backend;
    private final ZoneId zone;

    QualityPage(Backend backend) {
        this.backend = backend;
        this.zone = backend.project().zone();
    }

    QualityView view(Shell shell) {
        return new QualityView(
                shell, backend.project().sources().stream().map(this::source).toList());
    }

    private QualityView.Source source(SourceDefinition definition) {
        String name = definition.name();
        List<StoredReport> reports = reports(name);
        StoredReport newest = reports.isEmpty() ? null : reports.getLast();
        List<JsonNode> documents = reports.stream()
                .map(report -> Documents.read(report.document()))
                .toList();
        List<DatasetVersion> versions = backend.data().versions(name);
        DatasetVersion latest = versions.isEmpty() ? null : versions.getLast();
        long open = backend.data().review(name).stream().filter(Review.Item::open).count();
        if (newest == null) {
            return new QualityView.Source(
                    name,
                    Badges.NEVER,
                    "",
                    latest == null ? null : latest.shortId(),
                    latest == null ? Text.NONE : Text.count(latest.rows()),
                    Text.NONE,
                    Text.NONE,
                    Text.count(open),
                    null,
                    List.of(),
                    List.of());
        }
        JsonNode document = documents.getLast();
        long setAside = count(document, "rows_quarantined", "quarantined");
        long marked = count(document, "rows_marked", "marked");
        List<QualityView.Check> checks = new ArrayList<>();
        document.path("checks").forEach(check -> checks.add(check(check, documents)));
        List<String> problems = new ArrayList<>();
        document.path("problems").forEach(problem -> problems.add(problem.path("message").asText()));
        return new QualityView.Source(
                name,
                verdict(newest, document),
                looked(newest, document),
                latest == null ? null : latest.shortId(),
                latest == null ? Text.NONE : Text.count(latest.rows()),
                Text.count(setAside),
                Text.count(marked),
                Text.count(open),
                setAside + marked == 0
                        ? null
                        : "/data/" + name + "/rows"
                                + (newest.kind().equals(VALIDATION) ? "?report=" + Paging.encoded(newest.id()) : ""),
                checks,
                problems);
    }

    /** Loads and validations of a source, oldest first. */
    private List<StoredReport> reports(String source) {
        List<StoredReport> all = Stream.concat(
                        backend.reports("load", source, TREND).stream(), backend.data().checks(source, TREND).stream())
                .filter(report -> Documents.read(report.document()).has("checks"))
                .sorted(Comparator.comparing(StoredReport::at))
                .toList();
        return all.subList(Math.max(0, all.size() - TREND), all.size());
    }

    private static long count(JsonNode document, String field, String other) {
        JsonNode node = document.has(field) ? document.get(field) : document.path(other);
        return node.isArray() ? node.size() : node.asLong(0);
    }

    private String looked(StoredReport report, JsonNode document) {
        String what = !report.kind().equals(VALIDATION)
                ? "loaded"
                : document.path("of").asText().equals("version") ? "stored version checked" : "source checked, not loaded";
        return Text.sentence(what) + " " + Text.minute(report.at(), zone);
    }

    private static Badge verdict(StoredReport report, JsonNode document) {
        if (report.verdict().equals("failed")) {
            return new Badge(Level.HIGH, "failed");
        }
        boolean warns = count(document, "rows_quarantined", "quarantined") > 0;
        for (JsonNode check : document.path("checks")) {
            if (!check.path("passed").asBoolean()) {
                if (check.path("severity").asText().equals("block")) {
                    return new Badge(Level.HIGH, "blocked");
                }
                warns = true;
            }
        }
        return warns ? new Badge(Level.MODERATE, "warned") : new Badge(Level.OK, "passed");
    }

    private static QualityView.Check check(JsonNode check, List<JsonNode> documents) {
        String condition = check.path("condition").asText();
        String severity = check.path("severity").asText();
        double[] values = documents.stream()
                .mapToDouble(document -> value(document, condition))
                .toArray();
        long known = Arrays.stream(values).filter(Double::isFinite).count();
        return new QualityView.Check(
                check.path("passed").asBoolean()
                        ? new Badge(Level.OK, "pass")
                        : severity.equals("block") ? new Badge(Level.HIGH, "block") : new Badge(Level.MODERATE, "warn"),
                severity,
                condition,
                check.path("observed").asText(Text.NONE),
                check.path("limit").asText(Text.NONE),
                known < 2
                        ? Markup.EMPTY
                        : Charts.sparkline(
                                values,
                                check.path("limit_value").asDouble(Double.NaN),
                                "%s in the last %d reports, dashed: the limit".formatted(condition, values.length)),
                check.path("detail").asText(""));
    }

    private static double value(JsonNode document, String condition) {
        for (JsonNode check : document.path("checks")) {
            if (check.path("condition").asText().equals(condition)) {
                return check.path("value").asDouble(Double.NaN);
            }
        }
        return Double.NaN;
    }

    // ---- rows

    FailingView rows(Shell shell, String source, @Nullable String report, int page) {
        SourceDefinition definition = find(backend, source);
        List<FailingView.Row> rows;
        String about;
        if (report == null) {
            rows = backend.data().review(definition.name()).stream()
                    .map(item -> row(badge(item.kind()), item.row()))
                    .toList();
            about = "Set aside or marked by the latest load.";
        } else {
            StoredReport stored = backend.report(report)
                    .or(() -> backend.data().checks(definition.name(), Integer.MAX_VALUE).stream()
                            .filter(each -> each.id().equals(report))
                            .findFirst())
                    .filter(each -> each.kind().equals(VALIDATION) && each.subject().equals(definition.name()))
                    .orElseThrow(() -> new KeelsonException(
                            ErrorCode.NOT_FOUND, "There is no report (%s) of %s.".formatted(report, source), null));
            JsonNode document = Documents.read(stored.document());
            long setAside = count(document, "rows_quarantined", "quarantined");
            long marked = count(document, "rows_marked", "marked");
            List<FailingView.Row> examples = new ArrayList<>();
            document.path("examples").forEach(example -> examples.add(row(
                    badge(examples.size() < Math.min(setAside, EXAMPLES)
                            ? Review.Kind.QUARANTINED
                            : Review.Kind.MARKED),
                    QuarantinedRow.fromJson(example))));
            rows = examples;
            about = "Found by the check of %s, which loaded nothing%s."
                    .formatted(
                            Text.minute(stored.at(), zone),
                            rows.size() < setAside + marked
                                    ? "; the first %s of %s are kept"
                                            .formatted(Text.count(rows.size()), Text.count(setAside + marked))
                                    : "");
        }
        return new FailingView(
                shell,
                source,
                about,
                Paging.slice(rows, page),
                Paging.pages(
                        rows.size(),
                        page,
                        ROWS,
                        "/data/" + source + "/rows",
                        report == null ? Map.of() : Map.of("report", report)));
    }

    private static FailingView.Row row(Badge kind, QuarantinedRow row) {
        return new FailingView.Row(
                kind,
                row.location().toString(),
                row.columnName() == null ? Text.NONE : row.columnName(),
                row.rawValue() == null ? Text.NONE : row.rawValue(),
                row.reason(),
                row.hint() == null ? "" : row.hint(),
                row.rawLine());
    }

    static Badge badge(Review.Kind kind) {
        return switch (kind) {
            case QUARANTINED -> new Badge(Level.HIGH, "set aside");
            case MARKED -> new Badge(Level.MODERATE, "marked");
        };
    }

    /**
     * The source of that name.
     *
     * @throws KeelsonException NOT_FOUND
     */
    static SourceDefinition find(Backend backend, String name) {
        List<SourceDefinition> sources = backend.project().sources();
        return sources.stream()
                .filter(source -> source.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.NOT_FOUND,
                        "There is no source (%s); the project has: %s."
                                .formatted(
                                        name,
                                        String.join(", ", sources.stream().map(SourceDefinition::name).toList())),
                        null));
    }
}
