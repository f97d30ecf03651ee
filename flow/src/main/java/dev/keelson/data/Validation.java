package dev.keelson.data;

import dev.keelson.data.spi.DatasetStore;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.expression.FrameRow;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Schema;
import dev.keelson.frame.Vector;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Looks at a source, or at a stored version of it, as a load would, and changes nothing. Safe for use by several threads. */
public final class Validation {
    private final DatasetStore store;

    /** @param store where versions are kept */
    public Validation(DatasetStore store) {
        this.store = store;
    }

    /**
     * Validates what a source holds now, beside its latest version. Of a text with bytes that are none, the rows before them
     * are judged as well.
     *
     * @param rows reads the source; a {@link KeelsonException} that it throws makes the verdict FAILED
     * @param now what freshness is measured against
     */
    public ValidationReport source(SourceDefinition source, Supplier<SourceRows> rows, Instant now) {
        return source(source, rows, List.of(), now);
    }

    /**
     * As {@link #source(SourceDefinition, Supplier, Instant)}, of a source whose dataset the next load makes anew.
     *
     * @param rows reads the source without a previous version
     * @param changes what the definition says otherwise than the one that the dataset was made by; empty when nothing
     */
    public ValidationReport source(
            SourceDefinition source, Supplier<SourceRows> rows, List<String> changes, Instant now) {
        DatasetVersion latest = store.latest(source.name()).orElse(null);
        try {
            DataLoad load = new DataLoad(store);
            LoadReport report = changes.isEmpty()
                    ? load.check(rows.get(), null, now)
                    : load.checkAnew(rows.get(), null, now).madeAnew(new LoadReport.Anew(changes, 0));
            return ValidationReport.of(report, now, ValidationReport.Of.SOURCE);
        } catch (KeelsonException e) {
            ValidationReport failed = ValidationReport.failed(
                    source.name(), now, ValidationReport.Of.SOURCE, latest == null ? null : latest.id(), e.problems());
            return e.getCause() instanceof Undecodable undecodable
                    ? failed.behind(before(source, undecodable, latest, now))
                    : failed;
        }
    }

    /** What the rows before a bad byte are; null when there are none that can be read. */
    private @Nullable LoadReport before(
            SourceDefinition source, Undecodable undecodable, @Nullable DatasetVersion latest, Instant now) {
        try {
            return new DataLoad(store)
                    .check(SourceReader.parse(source, undecodable.file(), undecodable.before(), latest), null, now);
        } catch (KeelsonException e) {
            return null; // the byte is what is told
        }
    }

    /**
     * Validates a stored version; changes are measured against the version that it was made from.
     *
     * @param now what freshness is measured against
     */
    public ValidationReport version(SourceDefinition source, DatasetVersion version, Instant now) {
        try {
            Stored stored = new Stored(source, version, now);
            SourceChecks.Outcome outcome = SourceChecks.evaluate(source, stored);
            LoadReport load = new LoadReport(
                    source.name(),
                    version.rows(),
                    0,
                    0,
                    0,
                    0,
                    version.rows(),
                    0,
                    0,
                    List.of(),
                    null,
                    Map.of(),
                    version.id(),
                    outcome.results(),
                    outcome.marked(),
                    null,
                    version,
                    version,
                    null);
            return ValidationReport.of(load, now, ValidationReport.Of.VERSION);
        } catch (KeelsonException e) {
            return ValidationReport.failed(
                    source.name(), now, ValidationReport.Of.VERSION, version.id(), e.problems());
        }
    }

    /** The measurements of a stored version. */
    private final class Stored implements SourceChecks.Measurements {
        private final SourceDefinition source;
        private final DatasetVersion version;
        private final Instant now;
        private final Frame frame;
        private final List<RuleFindings> findings = new ArrayList<>();

        Stored(SourceDefinition source, DatasetVersion version, Instant now) {
            this.source = source;
            this.version = version;
            this.now = now;
            this.frame = store.read(version);
            for (RowSchema.Rule rule : RowSchema.rules(source, version.schema())) {
                findings.add(find(rule));
            }
        }

        /** Rows of the version that break a rule; every rule marks here, for nothing can be set aside any more. */
        private RuleFindings find(RowSchema.Rule rule) {
            Vector.Booleans holds = (Vector.Booleans) rule.expression().evaluate(frame);
            long[] known = frame.longs(SystemColumns.KNOWN_AT).values();
            int[] broken = IntStream.range(0, frame.rows())
                    .filter(i -> !holds.isNull(i) && !holds.values()[i])
                    .toArray();
            FrameRow row = new FrameRow(frame);
            return new RuleFindings(
                    rule.definition(),
                    Arrays.stream(broken).mapToLong(i -> known[i]).toArray(),
                    Arrays.stream(broken)
                            .limit(RuleFindings.MOST)
                            .mapToObj(i -> stored(
                                    i,
                                    ErrorCode.BROKEN_RULE,
                                    rule.expression().columns().getFirst(),
                                    rule.reason(row.at(i), frame.schema())))
                            .toList());
        }

        private QuarantinedRow stored(int row, ErrorCode code, String column, String reason) {
            List<String> texts = RowDigests.contentColumns(frame.schema()).stream()
                    .map(name -> {
                        Object value = frame.vector(name).get(row);
                        return value == null ? "" : value.toString();
                    })
                    .toList();
            return new QuarantinedRow(
                    code,
                    source.name() + "@" + version.shortId(),
                    row + 1,
                    0,
                    column,
                    RowDifference.show(frame.vector(column).get(row)),
                    reason,
                    null,
                    Review.line(texts));
        }

        @Override
        public double rowCount() {
            return version.rows();
        }

        @Override
        public double duplicateKeys() {
            return 0; // a version holds each key once
        }

        @Override
        public double quarantined() {
            return 0;
        }

        @Override
        public double missing(String column) {
            return version.nulls().getOrDefault(column, 0L) / (double) version.rows();
        }

        @Override
        public double freshnessSeconds() {
            return Math.max(0, Duration.between(version.lastEvent(), now).toNanos() / 1e9);
        }

        @Override
        public Schema schema() {
            return version.schema();
        }

        @Override
        public Frame rows(List<String> columns) {
            return frame.select(columns);
        }

        @Override
        public @Nullable Frame before(List<String> columns) {
            String parent = version.parent();
            DatasetVersion before = parent == null ? null : store.get(parent).orElse(null);
            return before == null || !columns.stream().allMatch(before.schema()::contains)
                    ? null
                    : store.read(before, before.partitions(), columns);
        }

        @Override
        public @Nullable Vector other(String name, String column) {
            DatasetVersion other = store.latest(name).orElse(null);
            return other == null || !other.schema().contains(column)
                    ? null
                    : store.read(other, other.partitions(), List.of(column)).vector(0);
        }

        @Override
        public List<RuleFindings> findings() {
            return findings;
        }

        @Override
        public int count(RuleFindings found) {
            return found.count(null);
        }

        @Override
        public List<QuarantinedRow> examples(RuleFindings found) {
            return found.examples(null);
        }

        @Override
        public QuarantinedRow place(int row, ErrorCode code, String column, String reason) {
            return stored(row, code, column, reason);
        }
    }
}
