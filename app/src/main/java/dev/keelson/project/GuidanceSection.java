package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Location;
import dev.keelson.frame.ColumnType;
import dev.keelson.learn.conformal.ConformalMethod;
import dev.keelson.learn.threshold.Utility;
import dev.keelson.project.LabelSection.Label;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import dev.keelson.train.BacktestDefinition;
import dev.keelson.train.GuidanceDefinition;
import dev.keelson.train.GuidanceDefinition.Threshold;
import dev.keelson.train.GuidanceDefinition.Uncertainty;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads {@code uncertainty} and {@code threshold} of a model. */
final class GuidanceSection {
    private static final int LEAST_BETS_OF_MONEY = 100;
    private static final int LEAST_BETS = 10;

    private final Problems problems;

    GuidanceSection(Problems problems) {
        this.problems = problems;
    }

    /** @param backtest whose odds a threshold of money reads when it names none */
    GuidanceDefinition read(Table model, Label label, @Nullable BacktestDefinition backtest) {
        Table uncertainty = model.table("uncertainty");
        Table threshold = model.table("threshold");
        return new GuidanceDefinition(
                uncertainty == null ? null : uncertainty(uncertainty, label),
                threshold == null ? null : threshold(model, threshold, label, backtest));
    }

    private @Nullable Uncertainty uncertainty(Table table, Label label) {
        boolean number = label.definition().isNumber();
        ConformalMethod method = number ? ConformalMethod.RESIDUAL : ConformalMethod.APS;
        Scalar name = table.scalar("method");
        if (name != null) {
            ConformalMethod said = ConformalMethod.valueOf(name.text().toUpperCase(Locale.ROOT));
            if (number && !said.intervals()) {
                bad(
                        name,
                        "`method: %s` makes sets of classes, and the label `%s` is a number"
                                .formatted(name.raw(), label.definition().name()),
                        "Maybe leave it out.");
                return null;
            }
            if (!number && said.intervals()) {
                bad(
                        name,
                        "`method: %s` makes intervals of a number, and the label `%s` has classes"
                                .formatted(name.raw(), label.definition().name()),
                        "Maybe `aps` was meant.");
                return null;
            }
            method = said;
        }
        Scalar coverage = table.scalar("conformal");
        Scalar groups = table.scalar("groups");
        if (coverage == null || (groups != null && !checkGroups(groups, label))) {
            return null;
        }
        return new Uncertainty(
                Numbers.real(coverage.text()).orElseThrow(), method, groups == null ? null : groups.text());
    }

    private boolean checkGroups(Scalar column, Label label) {
        if (!label.source().check(column.located(), place(column), problems) || outcome(column, label)) {
            return false;
        }
        ColumnType type = label.source().type(column.text()).orElse(ColumnType.STRING);
        if (type == ColumnType.STRING || type == ColumnType.LONG) {
            return true;
        }
        problems.add(
                ErrorCode.EXPRESSION_TYPE,
                column.textLocation(),
                "the column `%s` is of type %s, and groups are told by texts or whole numbers"
                        .formatted(column.text(), ProjectText.of(type)),
                null);
        return false;
    }

    private @Nullable Threshold threshold(
            Table model, Table table, Label label, @Nullable BacktestDefinition backtest) {
        Scalar wanted = table.scalar("maximise");
        if (wanted == null) {
            return null; // reported by the grammar
        }
        if (label.definition().isNumber()) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    Objects.requireNonNull(model.entries().get("threshold")).location(),
                    "`threshold` acts on a class, and the label `%s` is a number"
                            .formatted(label.definition().name()),
                    "Maybe make a label that compares it.");
            return null;
        }
        Utility utility = Utility.valueOf(wanted.text().toUpperCase(Locale.ROOT));
        List<String> classes = label.definition().classes();
        int target = target(table, classes, wanted);
        if (target < 0) {
            return null;
        }
        Scalar odds = table.scalar("odds");
        String column = null;
        if (odds != null) {
            if (!utility.money()) {
                bad(
                        odds,
                        "`odds` has no effect with `maximise: %s`".formatted(wanted.raw()),
                        "Maybe `maximise: profit` was meant.");
                return null;
            }
            if (!label.source().checkNumeric(odds.located(), place(odds), problems) || outcome(odds, label)) {
                return null;
            }
            column = odds.text();
        } else if (utility.money()) {
            column = offered(backtest, target, classes.size());
            if (column == null) {
                bad(
                        wanted,
                        "`maximise: %s` needs decimal odds, and neither `odds` nor a `backtest` names them"
                                .formatted(wanted.raw()),
                        "Maybe add `odds: COLUMN`.");
                return null;
            }
        }
        Scalar least = table.scalar("at_least");
        int bets = utility.money() ? LEAST_BETS_OF_MONEY : LEAST_BETS;
        if (least != null) {
            bets = Integer.parseInt(least.text().split("\\s+", 2)[0]);
            if (bets < 1) {
                bad(least, "`at_least` is `%s`, and 1 or more were expected".formatted(least.raw()), null);
                return null;
            }
        }
        return new Threshold(utility, target, column, bets);
    }

    /** Position of the class that is acted on; -1 when it is not told, which is reported. */
    private int target(Table table, List<String> classes, Scalar wanted) {
        Scalar name = table.scalar("class");
        if (name == null) {
            if (classes.size() == 2) {
                return 1;
            }
            bad(
                    wanted,
                    "the label has %d values (%s), and `threshold` does not say which one to act on"
                            .formatted(classes.size(), String.join(", ", classes)),
                    "Maybe add `class: %s`.".formatted(classes.getFirst()));
            return -1;
        }
        int target = classes.indexOf(name.text());
        if (target < 0) {
            ProjectText.unknown("value of the label", name.text(), classes, name.textLocation(), problems);
        }
        return target;
    }

    /** The column of a class's odds in a backtest; null where it names none. */
    private static @Nullable String offered(@Nullable BacktestDefinition backtest, int target, int classes) {
        if (!(backtest instanceof BacktestDefinition.Stakes stakes)) {
            return null;
        }
        if (stakes.target() >= 0) {
            return stakes.target() == target ? stakes.odds().getFirst() : null;
        }
        return stakes.odds().size() == classes ? stakes.odds().get(target) : null;
    }

    private boolean outcome(Scalar column, Label label) {
        if (!label.source().isOutcome(column.text())) {
            return false;
        }
        problems.add(
                ErrorCode.FEATURE_READS_OWN_OUTCOME,
                column.textLocation(),
                "`%s` is an outcome, which is not known yet when it is needed".formatted(column.text()),
                null);
        return true;
    }

    private static Location place(Scalar scalar) {
        return scalar.textLocation();
    }

    private void bad(Scalar where, String message, @Nullable String hint) {
        problems.add(ErrorCode.BAD_VALUE, where.textLocation(), message, hint);
    }
}
