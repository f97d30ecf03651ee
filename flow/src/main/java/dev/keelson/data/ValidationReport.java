package dev.keelson.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.CheckDefinition.Severity;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.Location;
import dev.keelson.error.Problem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a validation found, without anything being loaded.
 *
 * @param source name of the source
 * @param at when
 * @param of what was looked at: the source itself, or a stored version of it
 * @param verdict what came out
 * @param version id of the version that was looked at, or of the latest one beside the source; null when there is none
 * @param read rows that were looked at
 * @param loaded rows that a load would add
 * @param updated rows that a load would replace
 * @param quarantined how many rows would be set aside
 * @param marked how many rows would be marked
 * @param checks what became of each check, in declared order
 * @param examples the first of the rows set aside, then of those marked
 * @param problems why the rows could not be looked at, or not all of them; empty unless the verdict is FAILED
 * @param changes why a load would make the dataset anew; empty when it would add rows to what is there
 */
public record ValidationReport(
        String source,
        Instant at,
        Of of,
        Verdict verdict,
        @Nullable String version,
        long read,
        long loaded,
        long updated,
        long quarantined,
        long marked,
        List<CheckResult> checks,
        List<QuarantinedRow> examples,
        List<Problem> problems,
        List<String> changes) {
    private static final int EXAMPLES = 100;

    public ValidationReport {
        checks = List.copyOf(checks);
        examples = List.copyOf(examples);
        problems = List.copyOf(problems);
        changes = List.copyOf(changes);
    }

    /** What was looked at. */
    public enum Of {
        SOURCE,
        VERSION
    }

    /** What came out. */
    public enum Verdict {
        /** Every check holds. */
        PASSED,
        /** A check of severity WARN does not hold, or rows would be set aside. */
        WARNED,
        /** A check of severity BLOCK does not hold: a load would be refused. */
        BLOCKED,
        /** The rows could not be looked at: a load would fail. */
        FAILED
    }

    /** Of rows that were judged as a load would. */
    static ValidationReport of(LoadReport load, Instant at, Of of) {
        boolean blocked =
                load.checks().stream().anyMatch(check -> !check.passed() && check.severity() == Severity.BLOCK);
        boolean warned = load.checks().stream().anyMatch(check -> !check.passed())
                || !load.quarantined().isEmpty();
        DatasetVersion version = load.version();
        LoadReport.Anew anew = load.anew();
        return new ValidationReport(
                load.source(),
                at,
                of,
                blocked ? Verdict.BLOCKED : warned ? Verdict.WARNED : Verdict.PASSED,
                version == null ? null : version.id(),
                load.read(),
                load.loaded(),
                load.updated(),
                load.quarantined().size(),
                load.marked().size(),
                load.checks(),
                examples(load),
                List.of(),
                anew == null ? List.of() : anew.changes());
    }

    private static List<QuarantinedRow> examples(LoadReport load) {
        List<QuarantinedRow> examples = new ArrayList<>();
        load.quarantined().stream().limit(EXAMPLES).forEach(examples::add);
        load.marked().stream().limit(EXAMPLES).forEach(examples::add);
        return examples;
    }

    /** With the rows that could be read before what failed; their number decides no check. */
    ValidationReport behind(@Nullable LoadReport before) {
        return before == null
                ? this
                : new ValidationReport(
                        source,
                        at,
                        of,
                        verdict,
                        version,
                        before.read(),
                        before.loaded(),
                        before.updated(),
                        before.quarantined().size(),
                        before.marked().size(),
                        checks,
                        examples(before),
                        problems,
                        changes);
    }

    /** Of a source that could not be looked at. */
    public static ValidationReport failed(
            String source, Instant at, Of of, @Nullable String version, List<Problem> problems) {
        return new ValidationReport(
                source, at, of, Verdict.FAILED, version, 0, 0, 0, 0, 0, List.of(), List.of(), problems, List.of());
    }

    /** Whether a load would go through. */
    public boolean accepted() {
        return verdict == Verdict.PASSED || verdict == Verdict.WARNED;
    }

    /** As a JSON object. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("source", source);
        json.put("at", at.toString());
        json.put("of", of.name().toLowerCase(Locale.ROOT));
        json.put("verdict", verdict.name().toLowerCase(Locale.ROOT));
        json.put("dataset_version", version);
        json.put("rows_read", read);
        json.put("rows_new", loaded);
        json.put("rows_updated", updated);
        json.put("rows_quarantined", quarantined);
        json.put("rows_marked", marked);
        ArrayNode list = json.putArray("checks");
        checks.forEach(check -> list.add(check.toJson()));
        ArrayNode rows = json.putArray("examples");
        examples.forEach(row -> rows.add(row.toJson().put("row", Review.rowId(row))));
        if (!changes.isEmpty()) {
            changes.forEach(json.putArray("makes_anew")::add);
        }
        ArrayNode wrong = json.putArray("problems");
        for (Problem problem : problems) {
            Location location = problem.location();
            wrong.addObject()
                    .put("code", problem.code().code())
                    .put("message", problem.message())
                    .put("place", location == null ? null : location.toString())
                    .put("hint", problem.hint());
        }
        return json;
    }

    /**
     * Reads what {@link #toJson} wrote; the places of problems are files as a whole.
     *
     * @throws IllegalArgumentException if a field is missing or wrong
     */
    public static ValidationReport fromJson(JsonNode json) {
        List<CheckResult> checks = new ArrayList<>();
        json.path("checks").forEach(check -> checks.add(CheckResult.fromJson(check)));
        List<QuarantinedRow> examples = new ArrayList<>();
        json.path("examples").forEach(row -> examples.add(QuarantinedRow.fromJson(row)));
        List<Problem> problems = new ArrayList<>();
        json.path("problems").forEach(problem -> {
            JsonNode place = problem.path("place");
            JsonNode hint = problem.path("hint");
            problems.add(new Problem(
                    ErrorCode.find(problem.path("code").asText()).orElse(ErrorCode.INTERNAL),
                    problem.path("message").asText(),
                    place.isTextual() ? new Location(place.asText(), 0, 0) : null,
                    hint.isTextual() ? hint.asText() : null));
        });
        List<String> changes = new ArrayList<>();
        json.path("makes_anew").forEach(each -> changes.add(each.asText()));
        JsonNode version = json.path("dataset_version");
        return new ValidationReport(
                json.required("source").asText(),
                Instant.parse(json.required("at").asText()),
                Of.valueOf(json.required("of").asText().toUpperCase(Locale.ROOT)),
                Verdict.valueOf(json.required("verdict").asText().toUpperCase(Locale.ROOT)),
                version.isTextual() ? version.asText() : null,
                json.path("rows_read").asLong(),
                json.path("rows_new").asLong(),
                json.path("rows_updated").asLong(),
                json.path("rows_quarantined").asLong(),
                json.path("rows_marked").asLong(),
                checks,
                examples,
                problems,
                changes);
    }
}
