package dev.keelson.monitor;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How two tables are compared.
 *
 * @param subject what the comparison is called
 * @param rule policy, methods, least rows, segments and whether all columns are looked at together
 * @param columns those judged; empty for all that both sides have and that can be compared
 * @param categories columns whose numbers are categories
 * @param cluster column whose rows belong together, such as the match of a bet; null where rows are independent but for what
 *     the reference's own windows show
 * @param time column by which rows are in order, which is not judged; null for none
 * @param from time of the first current row; null where rows have none
 * @param to end of the current rows; null where rows have no time
 * @param alone whether no windows come before the current rows: what moved must then have moved in two of three thirds of them
 */
public record DataDriftSettings(
        String subject,
        DriftMonitorDefinition rule,
        List<String> columns,
        Set<String> categories,
        @Nullable String cluster,
        @Nullable String time,
        @Nullable Instant from,
        @Nullable Instant to,
        boolean alone) {
    /** Two tables by themselves. */
    public DataDriftSettings(
            String subject,
            DriftMonitorDefinition rule,
            List<String> columns,
            Set<String> categories,
            @Nullable String cluster,
            @Nullable String time,
            @Nullable Instant from,
            @Nullable Instant to) {
        this(subject, rule, columns, categories, cluster, time, from, to, true);
    }

    /** What a model was asked in a window, by the rule of its monitor; earlier windows come before. */
    public static DataDriftSettings ofModel(String model, DriftMonitorDefinition rule, Instant from, Instant to) {
        return new DataDriftSettings(model, rule, List.of(), Set.of(), null, null, from, to, false);
    }

    /** Copies the collections. */
    public DataDriftSettings {
        columns = List.copyOf(columns);
        categories = Set.copyOf(categories);
    }
}
