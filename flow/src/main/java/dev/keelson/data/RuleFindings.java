package dev.keelson.data;

import dev.keelson.frame.Micros;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one reading that break a rule but stay.
 *
 * @param rule the rule, of onFail WARN or BLOCK
 * @param knownAt when each of the rows was known, ascending
 * @param examples the first of the rows, in the same order
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record RuleFindings(RowRule rule, long[] knownAt, List<QuarantinedRow> examples) {
    /** How many rows are kept as examples of one rule. */
    static final int MOST = 1000;

    RuleFindings(RowRule rule, long[] knownAt, List<QuarantinedRow> examples) {
        this.rule = rule;
        this.knownAt = knownAt;
        this.examples = List.copyOf(examples);
    }

    /** How many rows known strictly before an instant (null for all) break the rule. */
    int count(@Nullable Instant until) {
        if (until == null) {
            return knownAt.length;
        }
        int at = Arrays.binarySearch(knownAt, Micros.of(until));
        if (at < 0) {
            return -at - 1;
        }
        while (at > 0 && knownAt[at - 1] == knownAt[at]) {
            at--;
        }
        return at;
    }

    /** Those of them that are kept as examples. */
    List<QuarantinedRow> examples(@Nullable Instant until) {
        return examples.subList(0, Math.min(examples.size(), count(until)));
    }

    /** These and those of another reading by the same rule. */
    RuleFindings and(RuleFindings others) {
        long[] known = LongStream.concat(Arrays.stream(knownAt), Arrays.stream(others.knownAt)).sorted().toArray();
        List<QuarantinedRow> first = new ArrayList<>(examples);
        first.addAll(others.examples);
        return new RuleFindings(rule, known, first.subList(0, Math.min(first.size(), MOST)));
    }

    /**
     * These without some rows.
     *
     * @param accepted ids of rows that a person accepted
     * @param dropped ids of rows that are no longer there
     */
    RuleFindings without(Set<String> accepted, Set<String> dropped) {
        if (accepted.isEmpty() && dropped.isEmpty()) {
            return this;
        }
        List<QuarantinedRow> left = new ArrayList<>();
        List<Long> known = new ArrayList<>();
        for (int i = 0; i < knownAt.length; i++) {
            String id = i < examples.size() ? Review.rowId(examples.get(i)) : "";
            if (!accepted.contains(id) && !dropped.contains(id)) {
                known.add(knownAt[i]);
                if (i < examples.size()) {
                    left.add(examples.get(i));
                }
            }
        }
        return new RuleFindings(rule, known.stream().mapToLong(Long::longValue).toArray(), left);
    }
}
