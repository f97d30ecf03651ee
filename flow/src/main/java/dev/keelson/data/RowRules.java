package dev.keelson.data;

import dev.keelson.error.ErrorCode;
import dev.keelson.expression.FrameRow;
import dev.keelson.frame.Column;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Vector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Applies the rules across the cells of a row to all rows of a reading. */
final class RowRules {
    private RowRules() {}

    /**
     * The rows that keep the rules, those that break one set aside, marked or changed as the rule says. Rules are applied
     * in declared order, each to what the earlier ones left.
     *
     * @throws dev.keelson.error.KeelsonException when a rule cannot be evaluated over the columns there are: then nothing
     *     is loaded, whatever the rule says happens to a row
     */
    static SourceRows enforce(SourceRows rows) {
        SourceDefinition source = rows.source();
        if (source.rules().isEmpty()) {
            return rows;
        }
        Frame frame = rows.frame();
        long[] known = frame.longs(SystemColumns.KNOWN_AT).values();
        boolean[] out = new boolean[frame.rows()];
        List<QuarantinedRow> aside = new ArrayList<>();
        List<Long> asideKnown = new ArrayList<>();
        Map<String, Long> nulled = new LinkedHashMap<>();
        List<RuleFindings> findings = new ArrayList<>();
        for (RowSchema.Rule rule : RowSchema.rules(source, frame.schema())) {
            int[] broken = broken(rule, frame, out);
            switch (rule.definition().onFail()) {
                case QUARANTINE -> {
                    FrameRow row = new FrameRow(frame);
                    for (int i : broken) {
                        out[i] = true;
                        aside.add(setAside(rows, rule, row.at(i), i));
                        asideKnown.add(known[i]);
                    }
                }
                case NULL -> {
                    if (broken.length > 0) {
                        frame = withoutCells(frame, rule.columns(), broken, nulled);
                    }
                }
                case WARN, BLOCK -> {
                    FrameRow row = new FrameRow(frame);
                    findings.add(new RuleFindings(
                            rule.definition(),
                            Arrays.stream(broken).mapToLong(i -> known[i]).toArray(),
                            Arrays.stream(broken)
                                    .limit(RuleFindings.MOST)
                                    .mapToObj(i -> setAside(rows, rule, row.at(i), i))
                                    .toList()));
                }
            }
        }
        int[] kept = IntStream.range(0, out.length).filter(i -> !out[i]).toArray();
        return rows.judged(
                frame,
                kept,
                aside,
                asideKnown.stream().mapToLong(Long::longValue).toArray(),
                nulled,
                findings);
    }

    /**
     * Rows by themselves, without the file in which they stand.
     *
     * @param frame the rows, with cells made missing
     * @param out which of them break a rule and go to quarantine
     * @param nulled cells made missing, by column
     */
    record Judged(Frame frame, boolean[] out, Map<String, Long> nulled) {}

    /** Whether a rule is about rows by themselves: those that break it leave no finding behind. */
    static boolean isPlain(RowRule rule) {
        return rule.onFail() == RowRule.OnFail.QUARANTINE || rule.onFail() == RowRule.OnFail.NULL;
    }

    /** Applies rules that are all {@linkplain #isPlain plain}, as {@link #enforce} does. */
    static Judged judge(List<RowSchema.Rule> rules, Frame rows) {
        Frame frame = rows;
        boolean[] out = new boolean[rows.rows()];
        Map<String, Long> nulled = new LinkedHashMap<>();
        for (RowSchema.Rule rule : rules) {
            int[] broken = broken(rule, frame, out);
            if (rule.definition().onFail() == RowRule.OnFail.QUARANTINE) {
                for (int row : broken) {
                    out[row] = true;
                }
            } else if (broken.length > 0) {
                frame = withoutCells(frame, rule.columns(), broken, nulled);
            }
        }
        return new Judged(frame, out, nulled);
    }

    private static int[] broken(RowSchema.Rule rule, Frame frame, boolean[] out) {
        Vector.Booleans holds = (Vector.Booleans) rule.expression().evaluate(frame);
        return IntStream.range(0, out.length)
                .filter(i -> !out[i] && !holds.isNull(i) && !holds.values()[i])
                .toArray();
    }

    private static QuarantinedRow setAside(SourceRows rows, RowSchema.Rule rule, FrameRow row, int position) {
        return rows.setAside(
                position,
                ErrorCode.BROKEN_RULE,
                rule.expression().columns().getFirst(),
                rule.reason(row, rows.schema()),
                null);
    }

    private static Frame withoutCells(Frame frame, int[] columns, int[] broken, Map<String, Long> nulled) {
        List<Vector> vectors = new ArrayList<>();
        for (int c = 0; c < frame.schema().columns().size(); c++) {
            Column column = frame.schema().columns().get(c);
            int position = c;
            Vector vector = frame.vector(c);
            if (IntStream.of(columns).noneMatch(each -> each == position)) {
                vectors.add(vector);
                continue;
            }
            boolean[] nulls = new boolean[frame.rows()];
            for (int i = 0; i < nulls.length; i++) {
                nulls[i] = vector.isNull(i);
            }
            long count = 0;
            for (int i : broken) {
                count += nulls[i] ? 0 : 1;
                nulls[i] = true;
            }
            vectors.add(Frames.withNulls(vector, nulls));
            if (count > 0) {
                nulled.merge(column.name(), count, Long::sum);
            }
        }
        return new Frame(frame.schema(), vectors, frame.rows());
    }
}
