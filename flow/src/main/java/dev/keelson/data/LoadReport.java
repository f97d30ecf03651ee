package dev.keelson.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a load did. Every row that was read is counted once:
 * {@code read = loaded + updated + deleted + superseded + unchanged + quarantined.size()}.
 *
 * @param source name of the source
 * @param read rows of the file that were visible to the load, and those that had been pushed
 * @param loaded rows that are new
 * @param updated rows that replaced one of the same key
 * @param deleted rows of a change feed that took a row out
 * @param superseded rows of a change feed after which a later one of the same key came in the same load
 * @param unchanged rows that were there already, exact copies within the file included
 * @param copies how many of {@code unchanged} are exact copies within the file
 * @param pushed how many of {@code read} had been pushed
 * @param quarantined rows set aside, in the order of the file for those that could not be read, then those that came
 * too
 *     late
 * @param quarantineId under which the quarantined rows are stored, or null when there are none
 * @param nulled cells that broke a rule and were made missing, over the whole file: column to count
 * @param sha256 of what was read (see {@link SourceRows#sha256})
 * @param checks what became of each check, in declared order
 * @param marked rows that stay but should be looked at: those that break a rule of onFail WARN, and unlikely values
 * @param markedId under which the marked rows are stored, or null when there are none
 * @param version the latest version now; null when nothing was ever loaded
 * @param previous the latest version before, or null; the same as {@code version} when nothing changed
 * @param anew why and how the dataset was made anew; null when rows were added to what was there
 */
public record LoadReport(
        String source,
        long read,
        long loaded,
        long updated,
        long deleted,
        long superseded,
        long unchanged,
        long copies,
        long pushed,
        List<QuarantinedRow> quarantined,
        @Nullable String quarantineId,
        Map<String, Long> nulled,
        String sha256,
        List<CheckResult> checks,
        List<QuarantinedRow> marked,
        @Nullable String markedId,
        @Nullable DatasetVersion version,
        @Nullable DatasetVersion previous,
        @Nullable Anew anew) {
    public LoadReport {
        quarantined = List.copyOf(quarantined);
        nulled = Collections.unmodifiableMap(new LinkedHashMap<>(nulled));
        checks = List.copyOf(checks);
        marked = List.copyOf(marked);
        if (read != loaded + updated + deleted + superseded + unchanged + quarantined.size()) {
            throw new IllegalArgumentException(
                    ("read (%d) must be the sum of loaded (%d), updated (%d), deleted (%d), superseded (%d), unchanged"
                                    + " (%d) and quarantined (%d).")
                            .formatted(read, loaded, updated, deleted, superseded, unchanged, quarantined.size()));
        }
    }

    /**
     * A dataset that was made anew.
     *
     * @param changes what was another one in the definition that the rows before were made by
     * @param kept rows of the version before that the source does not have, and that stayed
     */
    public record Anew(List<String> changes, long kept) {
        public Anew {
            changes = List.copyOf(changes);
        }

        /** In one line: {@code made anew: created was none, is seen_at}. */
        public String text() {
            return "made anew: " + String.join("; ", changes);
        }

        ObjectNode toJson() {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            changes.forEach(json.putArray("changes")::add);
            return json.put("rows_kept", kept);
        }

        static @Nullable Anew fromJson(JsonNode json) {
            if (!json.isObject()) {
                return null;
            }
            List<String> changes = new ArrayList<>();
            json.path("changes").forEach(each -> changes.add(each.asText()));
            return new Anew(changes, json.path("rows_kept").asLong());
        }
    }

    /** The same load, measured against another version before. */
    LoadReport since(@Nullable DatasetVersion before) {
        return with(before, anew);
    }

    /** The same load, of a dataset that was made anew. */
    public LoadReport madeAnew(Anew how) {
        return with(previous, how);
    }

    private LoadReport with(@Nullable DatasetVersion before, @Nullable Anew how) {
        return new LoadReport(
                source,
                read,
                loaded,
                updated,
                deleted,
                superseded,
                unchanged,
                copies,
                pushed,
                quarantined,
                quarantineId,
                nulled,
                sha256,
                checks,
                marked,
                markedId,
                version,
                before,
                how);
    }

    /**
     * This load and the one before it that took in what had been pushed, as one.
     *
     * @param pushes the other one
     * @param allId under which the quarantined rows of both are stored, or null when there are none
     */
    public LoadReport after(LoadReport pushes, @Nullable String allId) {
        List<QuarantinedRow> all = new ArrayList<>(pushes.quarantined());
        all.addAll(quarantined);
        return new LoadReport(
                source,
                read + pushes.read(),
                loaded + pushes.loaded(),
                updated + pushes.updated(),
                deleted + pushes.deleted(),
                superseded + pushes.superseded(),
                unchanged + pushes.unchanged(),
                copies + pushes.copies(),
                pushed + pushes.read(),
                all,
                allId,
                nulled,
                sha256,
                checks,
                marked,
                markedId,
                version,
                pushes.previous(),
                anew);
    }

    /** Whether the load made a new version the latest. */
    public boolean changed() {
        return version != null && (previous == null || !version.id().equals(previous.id()));
    }

    /** The checks that do not hold; after a load all of severity WARN. */
    public List<CheckResult> warnings() {
        return checks.stream().filter(check -> !check.passed()).toList();
    }

    /** As a JSON object. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("source", source);
        node.put("rows_read", read);
        node.put("rows_loaded", loaded);
        node.put("rows_updated", updated);
        node.put("rows_deleted", deleted);
        node.put("rows_superseded", superseded);
        node.put("rows_unchanged", unchanged);
        node.put("rows_copied", copies);
        node.put("rows_pushed", pushed);
        node.put("rows_quarantined", quarantined.size());
        node.put("quarantine_id", quarantineId);
        node.put("from_sha256", sha256);
        node.put("dataset_version", version == null ? null : version.id());
        node.put("previous_version", previous == null ? null : previous.id());
        node.put("changed", changed());
        if (anew != null) {
            node.set("made_anew", anew.toJson());
        }
        ArrayNode results = node.putArray("checks");
        checks.forEach(check -> results.add(check.toJson()));
        ObjectNode missing = node.putObject("cells_made_missing");
        nulled.forEach(missing::put);
        node.put("rows_marked", marked.size());
        node.put("marked_id", markedId);
        ArrayNode looked = node.putArray("marked");
        marked.forEach(row -> looked.add(row.toJson()));
        ArrayNode aside = node.putArray("quarantined");
        quarantined.forEach(row -> aside.add(row.toJson()));
        return node;
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @param versions the version of an id
     * @throws IllegalArgumentException if a field is missing or wrong
     */
    public static LoadReport fromJson(JsonNode json, Function<String, DatasetVersion> versions) {
        Map<String, Long> nulled = new LinkedHashMap<>();
        json.path("cells_made_missing").properties().forEach(cell -> nulled.put(cell.getKey(), cell.getValue().asLong()));
        List<CheckResult> checks = new ArrayList<>();
        json.path("checks").forEach(check -> checks.add(CheckResult.fromJson(check)));
        String version = text(json, "dataset_version");
        String previous = text(json, "previous_version");
        return new LoadReport(
                json.required("source").asText(),
                json.required("rows_read").asLong(),
                json.required("rows_loaded").asLong(),
                json.required("rows_updated").asLong(),
                json.required("rows_deleted").asLong(),
                json.required("rows_superseded").asLong(),
                json.required("rows_unchanged").asLong(),
                json.required("rows_copied").asLong(),
                json.required("rows_pushed").asLong(),
                rows(json.path("quarantined")),
                text(json, "quarantine_id"),
                nulled,
                json.required("from_sha256").asText(),
                checks,
                rows(json.path("marked")),
                text(json, "marked_id"),
                version == null ? null : versions.apply(version),
                previous == null ? null : versions.apply(previous),
                Anew.fromJson(json.path("made_anew")));
    }

    private static List<QuarantinedRow> rows(JsonNode list) {
        List<QuarantinedRow> rows = new ArrayList<>();
        list.forEach(row -> rows.add(QuarantinedRow.fromJson(row)));
        return rows;
    }

    private static @Nullable String text(JsonNode json, String name) {
        JsonNode value = json.path(name);
        return value.isTextual() ? value.asText() : null;
    }
}
