package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.learn.bandit.BanditSettings;
import dev.keelson.learn.bandit.BanditSettings.Algorithm;
import dev.keelson.project.LabelSection.Label;
import dev.keelson.project.Value.Entry;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import dev.keelson.train.BanditDefinition;
import dev.keelson.train.BanditDefinition.Columns;
import dev.keelson.train.BanditDefinition.DecisionLog;
import dev.keelson.train.BanditDefinition.Reward;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads {@code bandits}. */
final class BanditSection {
    private static final String SIMULATED = "simulated";
    private static final String LOGGED = "logged";
    private static final long SEED = 42;

    private final Problems problems;
    private final LabelSection labels;
    private final Map<String, SourceColumns> sources;
    private final List<BanditDefinition> definitions = new ArrayList<>();

    BanditSection(Problems problems, LabelSection labels, Map<String, SourceColumns> sources) {
        this.problems = problems;
        this.labels = labels;
        this.sources = sources;
    }

    /** The bandits that could be read, in the order of the file. */
    List<BanditDefinition> definitions() {
        return definitions;
    }

    void read(Table project) {
        for (Entry entry : project.entriesOf("bandits")) {
            if (entry.value() instanceof Table table) {
                bandit(entry, table);
            }
        }
    }

    private void bandit(Entry entry, Table table) {
        Scalar text = table.scalar("profit");
        Scalar probability = table.scalar("probability");
        Scalar odds = table.scalar("odds");
        if (text == null || probability == null || odds == null) {
            return; // reported by the grammar
        }
        Label label = labels.ofModel(text).orElse(null);
        if (label == null) {
            return; // reported
        }
        if (!label.definition().isNumber()) {
            bad(text, "`profit` is a class, and a number was expected: what a stake of 1 brought");
            return;
        }
        SourceColumns source = sources.get(label.definition().source());
        if (source == null) {
            return; // reported
        }
        boolean sound = input(probability, source);
        sound &= input(odds, source);
        List<String> context = new ArrayList<>();
        for (Scalar column : table.scalars("context")) {
            sound &= input(column, source);
            context.add(column.text());
        }
        List<Double> actions = actions(table);
        Optional<DecisionLog> log = log(table, source);
        if (!sound || actions.isEmpty() || log.isEmpty()) {
            return;
        }
        Integer current = null;
        Scalar now = table.scalar("current");
        if (now == null || !now.text().equals(LOGGED)) {
            Double share = now == null ? actions.get(1) : Numbers.real(now.text()).orElse(Double.NaN);
            current = actions.indexOf(share);
            if (now != null && current < 0) {
                bad(now, "`current` is `%s`, and one of the actions %s or `logged` was expected".formatted(now.raw(), actions));
                return;
            }
        }
        definitions.add(new BanditDefinition(
                entry.name(),
                source.source(),
                probability.text(),
                odds.text(),
                label.definition(),
                context,
                actions,
                new BanditSettings(
                        Algorithm.valueOf(text(table, "algorithm", "thompson").toUpperCase(Locale.ROOT)),
                        number(table, "explore", 0.1),
                        number(table, "width", 1),
                        number(table, "ridge", 1)),
                Reward.valueOf(text(table, "reward", "growth").toUpperCase(Locale.ROOT)),
                number(table, "cap", 0.1),
                current,
                log.get(),
                number(table, "test", 0.3),
                number(table, "clip", 100),
                Optional.ofNullable(table.text("seed")).flatMap(Numbers::whole).orElse(SEED),
                entry.location()));
    }

    private List<Double> actions(Table table) {
        List<Scalar> written = table.scalars("actions");
        if (written.isEmpty()) {
            return List.of(0.0, 0.25, 0.5, 1.0);
        }
        List<Double> actions = new ArrayList<>();
        for (Scalar each : written) {
            double value = Numbers.real(each.text()).orElse(Double.NaN);
            if (!actions.isEmpty() && !(value > actions.getLast())) {
                bad(each, "the actions do not ascend: `%s` comes after `%s`".formatted(each.raw(), actions.getLast()));
                return List.of();
            }
            actions.add(value);
        }
        return actions;
    }

    private Optional<DecisionLog> log(Table table, SourceColumns source) {
        Table columns = table.table("log");
        if (columns == null) {
            Scalar word = table.scalar("log");
            return Optional.of(
                    word == null || word.text().equals(SIMULATED)
                            ? new BanditDefinition.Simulated()
                            : new BanditDefinition.Decided());
        }
        Scalar action = columns.scalar("action");
        Scalar propensity = columns.scalar("propensity");
        Scalar reward = columns.scalar("reward");
        if (action == null || propensity == null) {
            return Optional.empty(); // reported by the grammar
        }
        boolean sound = numeric(action, source);
        sound &= numeric(propensity, source);
        sound &= reward == null || numeric(reward, source);
        return sound
                ? Optional.of(new Columns(action.text(), propensity.text(), reward == null ? null : reward.text()))
                : Optional.empty();
    }

    private boolean numeric(Scalar column, SourceColumns source) {
        return source.checkNumeric(column.located(), column.textLocation(), problems);
    }

    /** A column that a decision reads. */
    private boolean input(Scalar column, SourceColumns source) {
        if (!numeric(column, source)) {
            return false;
        }
        if (source.isOutcome(column.text())) {
            problems.add(
                    ErrorCode.FEATURE_READS_OWN_OUTCOME,
                    column.textLocation(),
                    "`%s` is an outcome, which is not known yet when it is needed".formatted(column.text()),
                    null);
            return false;
        }
        return true;
    }

    private static String text(Table table, String key, String standard) {
        String text = table.text(key);
        return text == null ? standard : text;
    }

    private static double number(Table table, String key, double standard) {
        String text = table.text(key);
        return text == null ? standard : Numbers.share(text).orElse(standard);
    }

    private void bad(Scalar where, String message) {
        problems.add(ErrorCode.BAD_VALUE, where.textLocation(), message, null);
    }
}
