package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.project.LabelSection.Label;
import dev.keelson.project.Value.Entry;
import dev.keelson.project.Value.Items;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import dev.keelson.train.BacktestDefinition;
import dev.keelson.train.BacktestDefinition.Limits;
import dev.keelson.train.BacktestDefinition.Portfolio;
import dev.keelson.train.BacktestDefinition.Rebalance;
import dev.keelson.train.BacktestDefinition.Settled;
import dev.keelson.train.BacktestDefinition.Stake;
import dev.keelson.train.BacktestDefinition.Stakes;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code backtest} of a model: stakes at odds, or holdings at prices. */
final class BacktestSection {
    private static final Set<String> OF_HOLDINGS = Set.of("price", "rebalance", "top", "cost");
    private static final int STANDARD_TOP = 10;

    private final Problems problems;

    BacktestSection(Problems problems) {
        this.problems = problems;
    }

    /** The backtest of a model; null without one, and where it cannot be told, which is reported. */
    @Nullable BacktestDefinition read(Table model, @Nullable Label label) {
        Table table = model.table("backtest");
        if (table == null || label == null) {
            return null;
        }
        Entry whole = model.entries().get("backtest");
        int before = problems.size();
        boolean prices = table.has("price");
        for (Entry entry : table.all()) {
            boolean ofHoldings = OF_HOLDINGS.contains(entry.name());
            if (ofHoldings != prices && !entry.name().equals("class")) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        entry.location(),
                        "`%s` has no effect in a backtest of %s".formatted(entry.name(), prices ? "prices" : "odds"),
                        prices ? "Maybe leave it out." : "Maybe add `price: COLUMN`, or leave it out.");
            }
        }
        if (problems.size() > before) {
            return null;
        }
        if (!prices && label.definition().isNumber()) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    whole == null ? table.location() : whole.location(),
                    "`backtest` stakes on classes, and the label `%s` is a number"
                            .formatted(label.definition().name()),
                    "Maybe `price: COLUMN` was meant.");
            return null;
        }
        if (!prices && !table.has("odds")) {
            problems.add(
                    ErrorCode.MISSING_KEY,
                    whole == null ? table.location() : whole.location(),
                    "`backtest` says neither the odds to stake at nor the price to hold at",
                    "Maybe add `odds: [COLUMN, …]` or `price: COLUMN`.");
            return null;
        }
        BacktestDefinition read = prices ? portfolio(table, label) : stakes(table, label);
        return problems.size() > before ? null : read;
    }

    private @Nullable BacktestDefinition stakes(Table table, Label label) {
        List<String> classes = label.definition().classes();
        List<Scalar> odds = columns(table, "odds");
        odds.forEach(column -> known(column, label, "odds"));
        int target = -1;
        if ((odds.size() == 1 && classes.size() == 2) || table.has("class")) {
            target = target(table, classes);
        }
        int expected = target >= 0 ? 1 : classes.size();
        if (odds.size() != expected) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    table.get("odds") instanceof Items list ? list.location() : table.location(),
                    target >= 0
                            ? "`odds` names %d columns, and the one of `class` was expected".formatted(odds.size())
                            : "`odds` names %d columns, and one for each value of `%s` (%s) was expected"
                                    .formatted(odds.size(), label.definition().name(), String.join(", ", classes)),
                    null);
            return null;
        }
        List<Scalar> closing = columns(table, "closing");
        for (Scalar column : closing) {
            label.source().checkNumeric(column.located(), column.textLocation(), problems);
        }
        if (!closing.isEmpty() && closing.size() != odds.size()) {
            bad(
                    closing.getFirst(),
                    "`closing` names %d columns, and as many as `odds` (%d) were expected"
                            .formatted(closing.size(), odds.size()),
                    null);
        }
        Stake stake = stake(table);
        Limits limits = limits(table);
        Settled settled = settled(table, label, target);
        if (stake == null || limits == null || (!closing.isEmpty() && closing.size() != odds.size())) {
            return null;
        }
        Integer season = Optional.ofNullable(table.text("season"))
                .flatMap(Numbers::whole)
                .map(Long::intValue)
                .orElse(null);
        return new Stakes(
                odds.stream().map(Scalar::text).toList(),
                target,
                stake,
                number(table, "bankroll", Stakes.STANDARD_BANK),
                limits,
                closing.stream().map(Scalar::text).toList(),
                target >= 0 ? settled : null,
                season);
    }

    private @Nullable Stake stake(Table table) {
        Scalar kind = table.scalar("kelly");
        Stake.Kind together = kind == null
                ? Stake.Kind.EXCLUSIVE
                : Stake.Kind.valueOf(kind.text().toUpperCase(Locale.ROOT));
        Scalar text = table.scalar("stake");
        Stake stake = text == null
                ? new Stake.Flat(1)
                : Stake.parse(text.text(), together).orElse(null);
        if (stake == null && text != null) {
            boolean kelly = text.text().startsWith("kelly");
            bad(
                    text,
                    "`stake` is `%s`, and %s was expected"
                            .formatted(
                                    text.raw(),
                                    kelly
                                            ? "a share of the Kelly stake above 0 and up to 1"
                                            : "units above 0 or a share of the bank above 0 and up to 1"),
                    null);
        }
        if (kind != null && stake != null && !(stake instanceof Stake.Kelly)) {
            bad(
                    kind,
                    "`kelly: %s` has no effect with `stake: %s`".formatted(kind.raw(), stake.text()),
                    "Maybe `stake: kelly(0.25)` was meant.");
        }
        return stake;
    }

    private @Nullable Limits limits(Table table) {
        Table limits = table.table("limits");
        double commission = share(table.scalar("commission"), 0);
        if (limits == null) {
            return commission == 0
                    ? Limits.NONE
                    : new Limits(commission, 1, 1, 1, 1, Double.POSITIVE_INFINITY, 0, Double.POSITIVE_INFINITY, 0);
        }
        double minOdds = number(limits, "min_odds", 1);
        double maxOdds = number(limits, "max_odds", Double.POSITIVE_INFINITY);
        if (maxOdds <= minOdds) {
            Scalar at = limits.has("max_odds") ? limits.scalar("max_odds") : limits.scalar("min_odds");
            if (at != null) {
                bad(at, "the most odds (%s) are not above the least (%s)".formatted(maxOdds, minOdds), null);
            }
            return null;
        }
        return new Limits(
                commission,
                share(limits.scalar("per_bet"), 1),
                share(limits.scalar("per_event"), 1),
                share(limits.scalar("per_day"), 1),
                minOdds,
                maxOdds,
                number(limits, "min_stake", 0),
                number(limits, "max_stake", Double.POSITIVE_INFINITY),
                share(limits.scalar("min_edge"), 0));
    }

    private @Nullable Settled settled(Table table, Label label, int target) {
        Table settled = table.table("settled");
        if (settled == null) {
            return null;
        }
        Scalar profit = settled.scalar("profit");
        Scalar stake = settled.scalar("stake");
        if (profit == null) {
            return null; // reported by the grammar
        }
        if (target < 0) {
            bad(profit, "`settled` is of bets on one value alone, and `odds` names a column for each", "Maybe leave it out.");
            return null;
        }
        label.source().checkNumeric(profit.located(), profit.textLocation(), problems);
        if (stake != null) {
            label.source().checkNumeric(stake.located(), stake.textLocation(), problems);
        }
        return new Settled(profit.text(), stake == null ? null : stake.text());
    }

    private @Nullable BacktestDefinition portfolio(Table table, Label label) {
        Scalar price = table.scalar("price");
        if (price == null) {
            return null; // reported by the grammar
        }
        known(price, label, "price");
        int target = -1;
        Scalar named = table.scalar("class");
        if (!label.definition().isNumber()) {
            target = target(table, label.definition().classes());
            if (target < 0) {
                return null;
            }
        } else if (named != null) {
            bad(named, "`class` has no effect, as the label `%s` is a number".formatted(label.definition().name()), null);
        }
        int top = Optional.ofNullable(table.text("top"))
                .flatMap(Numbers::whole)
                .map(Long::intValue)
                .orElse(STANDARD_TOP);
        return new Portfolio(price.text(), target, rebalance(table.scalar("rebalance")), top, share(table.scalar("cost"), 0));
    }

    private Rebalance rebalance(@Nullable Scalar text) {
        if (text == null) {
            return new Rebalance(Rebalance.Unit.MONTHLY, null);
        }
        for (Rebalance.Unit unit : Rebalance.Unit.values()) {
            if (unit != Rebalance.Unit.DURATION && text.text().equals(unit.name().toLowerCase(Locale.ROOT))) {
                return new Rebalance(unit, null);
            }
        }
        Duration every = ProjectText.duration(text, Duration.ZERO, problems);
        if (!every.isPositive()) {
            bad(text, "`rebalance` is `%s`, and a length of time above 0 was expected".formatted(text.raw()), null);
            return new Rebalance(Rebalance.Unit.MONTHLY, null);
        }
        return new Rebalance(Rebalance.Unit.DURATION, every);
    }

    /** A column that is known at the moment of the prediction. */
    private void known(Scalar column, Label label, String what) {
        if (label.source().checkNumeric(column.located(), column.textLocation(), problems)
                && label.source().isOutcome(column.text())) {
            problems.add(
                    ErrorCode.FEATURE_READS_OWN_OUTCOME,
                    column.textLocation(),
                    "`%s` of `%s` is an outcome, which is not known yet when the %s are taken"
                            .formatted(column.text(), what, what.equals("price") ? "holdings" : "bets"),
                    what.equals("price")
                            ? "Maybe another column, such as the price at which the row begins."
                            : "Maybe it belongs under `closing`.");
        }
    }

    private int target(Table table, List<String> classes) {
        Scalar name = table.scalar("class");
        if (name == null) {
            if (classes.size() == 2) {
                return 1;
            }
            problems.add(
                    ErrorCode.BAD_VALUE,
                    table.location(),
                    "the label has %d values (%s), and `backtest` does not say which one it is of"
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

    private static List<Scalar> columns(Table table, String key) {
        if (table.get(key) instanceof Items) {
            return table.scalars(key);
        }
        Scalar one = table.scalar(key);
        return one == null ? List.of() : List.of(one);
    }

    /** A share as a decimal, as {@code 2%} or as {@code 10bp}; its shape was checked. */
    private double share(@Nullable Scalar text, double standard) {
        if (text == null) {
            return standard;
        }
        String plain = text.text().strip();
        int end = plain.length();
        double scale = 1;
        if (plain.endsWith("%")) {
            scale = 100;
            end--;
        } else if (plain.endsWith("bp")) {
            scale = 10_000;
            end -= 2;
        }
        double value = Double.parseDouble(plain.substring(0, end).strip()) / scale;
        boolean least = standard == 1; // a limit of 0 would forbid every bet
        if (!(value >= 0 && value <= 1) || (least && value == 0) || (!least && value == 1)) {
            bad(text, "`%s` is no share %s".formatted(text.raw(), least ? "above 0 and up to 1" : "from 0 to below 1"), null);
            return standard;
        }
        return value;
    }

    private static double number(Table table, String key, double standard) {
        return Optional.ofNullable(table.text(key)).flatMap(Numbers::real).orElse(standard);
    }

    private void bad(Scalar where, String message, @Nullable String hint) {
        problems.add(ErrorCode.BAD_VALUE, where.textLocation(), message, hint);
    }
}
