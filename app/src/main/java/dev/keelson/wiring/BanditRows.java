package dev.keelson.wiring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SourceDefinition;
import dev.keelson.data.SystemColumns;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Micros;
import dev.keelson.frame.Vector;
import dev.keelson.labels.Label;
import dev.keelson.labels.LabelTable;
import dev.keelson.learn.bandit.Draws;
import dev.keelson.learn.bandit.LoggedDecisions;
import dev.keelson.train.BanditDefinition;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The decisions of a bandit whose outcome is known, oldest first.
 *
 * @param leftOut how many rows say nothing, by why
 */
record BanditRows(BanditDefinition definition, String dataset, List<Row> rows, Map<String, Integer> leftOut) {
    private static final double SAME = 1e-9;

    /**
     * A decision.
     *
     * @param eventTime when, microseconds since 1970
     * @param knownAt when what came of it was known
     * @param day of the event, in the zone of the source
     * @param kelly the whole Kelly stake, a share of the bank
     * @param profit of a stake of 1; NaN where only the reward is known
     */
    record Row(
            String key,
            long eventTime,
            long knownAt,
            int day,
            double[] context,
            double kelly,
            double profit,
            int action,
            double propensity,
            double reward) {}

    BanditRows {
        rows = List.copyOf(rows);
        leftOut = Collections.unmodifiableMap(new TreeMap<>(leftOut));
    }

    /**
     * Reads.
     *
     * @param journal decisions and rewards of {@code decide}
     */
    static BanditRows read(Workspace workspace, BanditDefinition bandit, List<JsonNode> journal) {
        DatasetVersion version = workspace.datasets()
                .latest(bandit.source())
                .orElseThrow(() -> new KeelsonException(
                        ErrorCode.DATASET_NOT_FOUND,
                        "No data of the source (%s) has been loaded yet.".formatted(bandit.source()),
                        "Maybe run `keelson data load`."));
        Frame frame = workspace.datasets().read(version);
        SourceDefinition source = Projects.source(workspace.project(), bandit.source());
        LabelTable profits = Label.compile(bandit.profit(), source, frame.schema()).compute(frame);
        Reader reader = new Reader(bandit, source, frame, profits);
        if (bandit.log() instanceof BanditDefinition.Decided) {
            reader.journal(journal);
        } else {
            reader.source();
        }
        reader.rows.sort(Comparator.comparingLong(Row::eventTime).thenComparing(Row::key));
        return new BanditRows(bandit, version.id(), reader.rows, reader.leftOut);
    }

    private static final class Reader {
        private final BanditDefinition bandit;
        private final SourceDefinition source;
        private final Frame frame;
        private final LabelTable profits;
        private final List<Row> rows = new ArrayList<>();
        private final Map<String, Integer> leftOut = new LinkedHashMap<>();

        Reader(BanditDefinition bandit, SourceDefinition source, Frame frame, LabelTable profits) {
            this.bandit = bandit;
            this.source = source;
            this.frame = frame;
            this.profits = profits;
        }

        void source() {
            long[] times = frame.longs(SystemColumns.EVENT_TIME).values();
            double[] probability = numbers(bandit.probability());
            double[] odds = numbers(bandit.odds());
            double[][] context = bandit.context().stream().map(this::numbers).toArray(double[][]::new);
            BanditDefinition.Columns columns = bandit.log() instanceof BanditDefinition.Columns given ? given : null;
            double[] actions = columns == null ? new double[0] : numbers(columns.action());
            double[] propensities = columns == null ? new double[0] : numbers(columns.propensity());
            String named = columns == null ? null : columns.reward();
            double[] rewards = named == null ? new double[0] : numbers(named);
            for (int i = 0; i < frame.rows(); i++) {
                if (Double.isNaN(probability[i]) || Double.isNaN(odds[i])) {
                    skip("no_price");
                    continue;
                }
                double kelly = bandit.kelly(probability[i], odds[i]);
                if (kelly == 0) {
                    skip("no_edge");
                    continue;
                }
                double profit = profit(i);
                if (Double.isNaN(profit) && (named == null || Double.isNaN(rewards[i]))) {
                    skip("no_outcome");
                    continue;
                }
                String key = key(i);
                int action;
                double propensity;
                if (columns == null) {
                    int n = bandit.actions().size();
                    action = Math.min(n - 1, (int) (n * Draws.uniform(bandit.seed(), key)));
                    propensity = 1.0 / n;
                } else {
                    action = action(actions[i]);
                    propensity = propensities[i];
                    if (action < 0) {
                        skip("other_action");
                        continue;
                    }
                    if (!(propensity > 0 && propensity <= 1)) {
                        skip("no_propensity");
                        continue;
                    }
                }
                double[] x = new double[context.length];
                for (int c = 0; c < x.length; c++) {
                    x[c] = context[c][i];
                }
                double reward = named == null ? bandit.reward(action, kelly, profit) : rewards[i];
                rows.add(new Row(
                        key, times[i], profits.knownAt()[i], day(times[i]), x, kelly, profit, action, propensity, reward));
            }
        }

        /** Decisions with their rewards; without one, that of the row of the source with the same key. */
        void journal(List<JsonNode> entries) {
            Map<String, JsonNode> rewards = new LinkedHashMap<>();
            entries.stream().filter(each -> each.has("profit")).forEach(each -> rewards.put(each.path("decision").asText(), each));
            Map<String, Integer> positions = new LinkedHashMap<>();
            for (int i = 0; i < frame.rows(); i++) {
                positions.put(key(i), i);
            }
            for (JsonNode decision : entries) {
                if (!decision.has("propensity")) {
                    continue;
                }
                double kelly = decision.path("kelly").asDouble();
                if (kelly == 0) {
                    skip("no_edge");
                    continue;
                }
                JsonNode reward = rewards.get(decision.path("id").asText());
                Integer position = positions.get(decision.path("event").asText());
                double profit = reward != null
                        ? reward.path("profit").asDouble()
                        : position == null ? Double.NaN : profit(position);
                int action = action(decision.path("action").asDouble());
                JsonNode values = decision.path("context");
                if (Double.isNaN(profit)) {
                    skip("no_outcome");
                    continue;
                }
                if (action < 0 || bandit.context().stream().anyMatch(name -> !values.has(name))) {
                    skip("other_action");
                    continue;
                }
                double[] x = bandit.context().stream()
                        .mapToDouble(name -> values.path(name).asDouble(Double.NaN))
                        .toArray();
                long at = Micros.of(Instant.parse(decision.path("at").asText()));
                long known = reward != null
                        ? Micros.of(Instant.parse(reward.path("at").asText()))
                        : profits.knownAt()[Objects.requireNonNull(position)];
                rows.add(new Row(
                        decision.path("event").asText(), at, known, day(at), x, kelly, profit, action,
                        decision.path("propensity").asDouble(), bandit.reward(action, kelly, profit)));
            }
        }

        private double profit(int row) {
            double profit = profits.values()[row];
            if (profit < -1 - SAME) {
                throw new KeelsonException(
                        ErrorCode.BAD_VALUE,
                        "The profit (%s) of %s is below -1; expected what a stake of 1 brought."
                                .formatted(profit, key(row)),
                        "Maybe leave the stake out: `profit(%s.status, %s.odds)`.".formatted(source.name(), source.name()));
            }
            return Math.max(-1, profit);
        }

        private int action(double share) {
            for (int a = 0; a < bandit.actions().size(); a++) {
                if (Math.abs(bandit.actions().get(a) - share) < SAME) {
                    return a;
                }
            }
            return -1;
        }

        private void skip(String why) {
            leftOut.merge(why, 1, Integer::sum);
        }

        private String key(int row) {
            StringJoiner joined = new StringJoiner("|");
            source.key().forEach(column -> joined.add(String.valueOf(frame.vector(column).get(row))));
            return joined.toString();
        }

        private int day(long micros) {
            return (int) Micros.toInstant(micros).atZone(source.zone()).toLocalDate().toEpochDay();
        }

        private double[] numbers(String column) {
            Vector vector = frame.vector(column);
            double[] values = new double[vector.size()];
            for (int i = 0; i < values.length; i++) {
                Object value = vector.get(i);
                values[i] = value instanceof Number number ? number.doubleValue() : Double.NaN;
            }
            return values;
        }
    }

    /** When the decisions begin that judge: the start of a day, as microseconds since 1970. */
    long boundary(SourceDefinition source) {
        int first = (int) Math.floor(rows.size() * (1 - definition.test()));
        int day = rows.get(Math.min(first, rows.size() - 1)).day();
        return Micros.of(
                LocalDate.ofEpochDay(day).atStartOfDay(source.zone()).toInstant());
    }

    /** Those before an instant whose outcome was known then. */
    List<Row> before(long micros) {
        return rows.stream().filter(row -> row.eventTime() < micros && row.knownAt() < micros).toList();
    }

    /** Those from an instant on. */
    List<Row> from(long micros) {
        return rows.stream().filter(row -> row.eventTime() >= micros).toList();
    }

    static LoggedDecisions log(List<Row> rows) {
        return new LoggedDecisions(
                rows.stream().map(Row::context).toArray(double[][]::new),
                rows.stream().mapToInt(Row::action).toArray(),
                rows.stream().mapToDouble(Row::propensity).toArray(),
                rows.stream().mapToDouble(Row::reward).toArray(),
                rows.stream().mapToInt(Row::day).toArray());
    }

    /** What each action would have brought, for each row; null where that is not known. */
    double @Nullable [][] outcomes(List<Row> rows) {
        if (!(definition.log() instanceof BanditDefinition.Simulated)) {
            return null;
        }
        double[][] outcomes = new double[rows.size()][definition.actions().size()];
        for (int i = 0; i < outcomes.length; i++) {
            Row row = rows.get(i);
            for (int a = 0; a < outcomes[i].length; a++) {
                outcomes[i][a] = definition.reward(a, row.kelly(), row.profit());
            }
        }
        return outcomes;
    }
}
