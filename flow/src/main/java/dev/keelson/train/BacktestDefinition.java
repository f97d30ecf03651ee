package dev.keelson.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.metrics.StakingLimits;
import dev.keelson.metrics.StakingRule;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What money a model's predictions of the test period are simulated with. */
public sealed interface BacktestDefinition {

    /** Numeric columns that it reads, in order, without repetition. */
    List<String> columns();

    /** The definition as JSON; {@link #fromJson} reads it back. What is as by default is not said. */
    ObjectNode toJson();

    /**
     * The definition that {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException if the document is damaged
     */
    static BacktestDefinition fromJson(JsonNode json) {
        return json.has("price") ? Portfolio.of(json) : Stakes.of(json);
    }

    /**
     * Bets at decimal odds.
     *
     * @param odds columns known before the event: one for each class in their order, or the one of {@code target}
     * @param target class that the only odds belong to; -1 where each class has its own
     * @param stake how much is staked
     * @param bankroll bank at the start, in units
     * @param limits what is not staked or kept
     * @param closing columns of closing odds in the order of {@code odds}, for the closing-line value alone; or none
     * @param settled columns that say what bets won; null where the label says it
     * @param season month, 1 to 12, with which a season begins; null for no table by season
     */
    record Stakes(
            List<String> odds,
            int target,
            Stake stake,
            double bankroll,
            Limits limits,
            List<String> closing,
            @Nullable Settled settled,
            @Nullable Integer season)
            implements BacktestDefinition {

        /** Bank at the start when none is named. */
        public static final double STANDARD_BANK = 1000;

        /** Checks the ranges. */
        public Stakes {
            odds = List.copyOf(odds);
            closing = List.copyOf(closing);
            if (odds.isEmpty() || (target >= 0) != (odds.size() == 1)) {
                throw new IllegalArgumentException(
                        "There are %d columns of odds and the target is %d; one column has a target, several have none."
                                .formatted(odds.size(), target));
            }
            if (!closing.isEmpty() && closing.size() != odds.size()) {
                throw new IllegalArgumentException("There are %d columns of closing odds for %d columns of odds."
                        .formatted(closing.size(), odds.size()));
            }
            if (settled != null && target < 0) {
                throw new IllegalArgumentException("Bets on one class alone are settled by a column.");
            }
            if (!(bankroll > 0 && bankroll < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("The bankroll (%s) must be positive and finite.".formatted(bankroll));
            }
            if (season != null && (season < 1 || season > 12)) {
                throw new IllegalArgumentException("The month of the season (%d) must be 1 to 12.".formatted(season));
            }
        }

        /** Stakes on every class without limits. */
        public static Stakes of(List<String> odds, Stake stake, double bankroll) {
            return new Stakes(odds, -1, stake, bankroll, Limits.NONE, List.of(), null, null);
        }

        /** The same with another stake, null for this one, and another commission, null likewise. */
        public Stakes with(@Nullable Stake other, @Nullable Double commission, @Nullable Double bank) {
            return new Stakes(
                    odds,
                    target,
                    other == null ? stake : other,
                    bank == null ? bankroll : bank,
                    commission == null ? limits : limits.withCommission(commission),
                    closing,
                    settled,
                    season);
        }

        /** The Kelly fraction, when stakes are by Kelly. */
        @Nullable Double kellyFraction() {
            return stake instanceof Stake.Kelly kelly ? (Double) kelly.fraction() : null;
        }

        @Override
        public List<String> columns() {
            List<String> columns = new ArrayList<>(odds);
            columns.addAll(closing);
            if (settled != null) {
                columns.add(settled.profit());
                if (settled.stake() != null) {
                    columns.add(settled.stake());
                }
            }
            return columns.stream().distinct().toList();
        }

        @Override
        public ObjectNode toJson() {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            odds.forEach(json.putArray("odds")::add);
            switch (stake) {
                case Stake.Flat flat -> {
                    json.putNull("kelly_fraction");
                    if (flat.units() != 1) {
                        json.put("flat", flat.units());
                    }
                }
                case Stake.Proportional proportional ->
                    json.putNull("kelly_fraction").put("proportional", proportional.share());
                case Stake.Kelly kelly -> {
                    json.put("kelly_fraction", kelly.fraction());
                    if (kelly.kind() != Stake.Kind.EXCLUSIVE) {
                        json.put("kelly", kelly.kind().key());
                    }
                }
            }
            json.put("bankroll", bankroll);
            if (target >= 0) {
                json.put("class", target);
            }
            if (!limits.equals(Limits.NONE)) {
                json.set("limits", limits.toJson());
            }
            if (!closing.isEmpty()) {
                closing.forEach(json.putArray("closing")::add);
            }
            if (settled != null) {
                json.putObject("settled").put("profit", settled.profit()).put("stake", settled.stake());
            }
            if (season != null) {
                json.put("season", season);
            }
            return json;
        }

        private static Stakes of(JsonNode json) {
            Stake stake = new Stake.Flat(json.path("flat").asDouble(1));
            if (json.has("proportional")) {
                stake = new Stake.Proportional(json.path("proportional").asDouble());
            } else if (json.path("kelly_fraction").isNumber()) {
                stake = new Stake.Kelly(
                        json.path("kelly_fraction").asDouble(),
                        Stake.Kind.valueOf(json.path("kelly").asText("exclusive").toUpperCase(Locale.ROOT)));
            }
            JsonNode settled = json.path("settled");
            return new Stakes(
                    texts(json.path("odds")),
                    json.path("class").asInt(-1),
                    stake,
                    json.path("bankroll").asDouble(),
                    json.has("limits") ? Limits.of(json.path("limits")) : Limits.NONE,
                    texts(json.path("closing")),
                    settled.isObject()
                            ? new Settled(
                                    settled.path("profit").asText(),
                                    settled.path("stake").isTextual() ? settled.path("stake").asText() : null)
                            : null,
                    json.has("season") ? (Integer) json.path("season").asInt() : null);
        }
    }

    /** How much is staked on what is worth it. */
    sealed interface Stake {
        /** What a stake looks like: {@code flat}, {@code flat(10)}, {@code proportional(1%)}, {@code kelly(0.25)}. */
        Pattern CALL = Pattern.compile("(flat|kelly|proportional)(?:\\(\\s*([0-9]*\\.?[0-9]+)\\s*(%)?\\s*\\))?");

        /** The same units on the outcome with the greatest edge. */
        record Flat(double units) implements Stake {
            /** Checks the range. */
            public Flat {
                if (!(units > 0 && units < Double.POSITIVE_INFINITY)) {
                    throw new IllegalArgumentException("The stake (%s) must be positive and finite.".formatted(units));
                }
            }
        }

        /** The same share of the bank on the outcome with the greatest edge. */
        record Proportional(double share) implements Stake {
            /** Checks the range. */
            public Proportional {
                requireShare(share);
            }
        }

        /** A share of the Kelly stake. */
        record Kelly(double fraction, Kind kind) implements Stake {
            /** Checks the range. */
            public Kelly {
                requireShare(fraction);
            }
        }

        /** What a Kelly stake looks at together. */
        enum Kind {
            /** Each outcome on its own. */
            SINGLE,
            /** The outcomes of one event, of which one comes true. */
            EXCLUSIVE,
            /** All events of a day. */
            SIMULTANEOUS;

            /** The name in project files. */
            public String key() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        /** The stake as a project file has it, such as {@code kelly(0.25)}. */
        default String text() {
            return switch (this) {
                case Flat(double units) -> units == 1 ? "flat" : "flat(%s)".formatted(plain(units));
                case Proportional(double share) -> "proportional(%s)".formatted(plain(share));
                case Kelly(double fraction, Kind kind) ->
                    kind == Kind.EXCLUSIVE
                            ? "kelly(%s)".formatted(plain(fraction))
                            : "kelly(%s), %s".formatted(plain(fraction), kind.key());
            };
        }

        /**
         * The stake that a text says.
         *
         * @param kind of Kelly stakes
         * @return empty when it is none, or out of range
         */
        static Optional<Stake> parse(String text, Kind kind) {
            Matcher matcher = CALL.matcher(text.strip());
            if (!matcher.matches()) {
                return Optional.empty();
            }
            String name = matcher.group(1);
            if (matcher.group(2) == null) {
                return name.equals("flat") ? Optional.of(new Flat(1)) : Optional.empty();
            }
            double number = Double.parseDouble(matcher.group(2));
            boolean percent = matcher.group(3) != null;
            if (name.equals("flat")) {
                return number > 0 && !percent ? Optional.of(new Flat(number)) : Optional.empty();
            }
            double share = percent ? number / 100 : number;
            if (!(share > 0 && share <= 1)) {
                return Optional.empty();
            }
            return Optional.of(name.equals("kelly") ? new Kelly(share, kind) : new Proportional(share));
        }

        private static String plain(double value) {
            return value == Math.rint(value) && value < 1e9 ? Long.toString((long) value) : Double.toString(value);
        }

        private static void requireShare(double share) {
            if (!(share > 0 && share <= 1)) {
                throw new IllegalArgumentException("The share (%s) must be above 0 and at most 1.".formatted(share));
            }
        }
    }

    /**
     * What is not staked, and what is kept of winnings. Shares are of the bank at the day's start.
     *
     * @param commission share of an event's net winnings that is kept, 0 to below 1
     * @param perBet most on one outcome, above 0 to 1
     * @param perEvent most on one event, above 0 to 1
     * @param perDay most on one day, above 0 to 1
     * @param minOdds lower odds are left, at least 1
     * @param maxOdds higher odds are left, possibly infinite
     * @param minStake a smaller stake is not placed, in units, at least 0
     * @param maxStake a larger one is cut, in units, possibly infinite
     * @param minEdge edge {@code p * odds - 1} that an outcome must exceed, at least 0
     */
    record Limits(
            double commission,
            double perBet,
            double perEvent,
            double perDay,
            double minOdds,
            double maxOdds,
            double minStake,
            double maxStake,
            double minEdge) {

        /** None. */
        public static final Limits NONE =
                new Limits(0, 1, 1, 1, 1, Double.POSITIVE_INFINITY, 0, Double.POSITIVE_INFINITY, 0);

        /** Checks the ranges. */
        public Limits {
            new StakingLimits(commission, perEvent, perDay, minStake, maxStake); // the same ranges
            new StakingRule.FractionalKelly(1, minEdge, perBet);
            if (!(minOdds >= 1 && maxOdds > minOdds)) {
                throw new IllegalArgumentException("The least odds (%s) must be at least 1 and below the most (%s)."
                        .formatted(minOdds, maxOdds));
            }
        }

        Limits withCommission(double other) {
            return new Limits(other, perBet, perEvent, perDay, minOdds, maxOdds, minStake, maxStake, minEdge);
        }

        private ObjectNode toJson() {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            put(json, "commission", commission, NONE.commission);
            put(json, "per_bet", perBet, NONE.perBet);
            put(json, "per_event", perEvent, NONE.perEvent);
            put(json, "per_day", perDay, NONE.perDay);
            put(json, "min_odds", minOdds, NONE.minOdds);
            put(json, "max_odds", maxOdds, NONE.maxOdds);
            put(json, "min_stake", minStake, NONE.minStake);
            put(json, "max_stake", maxStake, NONE.maxStake);
            put(json, "min_edge", minEdge, NONE.minEdge);
            return json;
        }

        private static void put(ObjectNode json, String name, double value, double none) {
            if (value != none) {
                json.put(name, value);
            }
        }

        private static Limits of(JsonNode json) {
            return new Limits(
                    json.path("commission").asDouble(NONE.commission),
                    json.path("per_bet").asDouble(NONE.perBet),
                    json.path("per_event").asDouble(NONE.perEvent),
                    json.path("per_day").asDouble(NONE.perDay),
                    json.path("min_odds").asDouble(NONE.minOdds),
                    json.path("max_odds").asDouble(NONE.maxOdds),
                    json.path("min_stake").asDouble(NONE.minStake),
                    json.path("max_stake").asDouble(NONE.maxStake),
                    json.path("min_edge").asDouble(NONE.minEdge));
        }
    }

    /**
     * Columns that say what a bet won, so that half-won, half-lost and returned stakes count as what they are.
     *
     * @param profit column of the profit
     * @param stake column of the stake it was won with; null where it was one unit
     */
    record Settled(String profit, @Nullable String stake) {}

    /**
     * Holding the rows with the highest prediction.
     *
     * @param price column of the price, known at the row's moment
     * @param target class whose probability ranks; -1 for a predicted number
     * @param rebalance how often the holdings are chosen anew
     * @param top most rows that are held at a time, at least 1
     * @param cost of buying or selling, as a share of what is traded, 0 to below 1
     */
    record Portfolio(String price, int target, Rebalance rebalance, int top, double cost) implements BacktestDefinition {
        /** Checks the ranges. */
        public Portfolio {
            if (top < 1 || !(cost >= 0 && cost < 1)) {
                throw new IllegalArgumentException(
                        "top (%d) must be at least 1 and the cost (%s) 0 to below 1.".formatted(top, cost));
            }
        }

        @Override
        public List<String> columns() {
            return List.of(price);
        }

        @Override
        public ObjectNode toJson() {
            return JsonNodeFactory.instance.objectNode()
                    .put("price", price)
                    .put("class", target)
                    .put("rebalance", rebalance.text())
                    .put("top", top)
                    .put("cost", cost);
        }

        private static Portfolio of(JsonNode json) {
            return new Portfolio(
                    json.path("price").asText(),
                    json.path("class").asInt(),
                    Rebalance.parse(json.path("rebalance").asText()),
                    json.path("top").asInt(),
                    json.path("cost").asDouble());
        }
    }

    /**
     * How often holdings are chosen anew.
     *
     * @param unit calendar unit in the project's zone, or a length of time since the first row
     * @param every of {@code DURATION}, otherwise null
     */
    record Rebalance(Unit unit, @Nullable Duration every) {
        /** Units of time. */
        public enum Unit {
            /** With each day. */
            DAILY,
            /** With each week, from Monday on. */
            WEEKLY,
            /** With each month. */
            MONTHLY,
            /** After a length of time. */
            DURATION
        }

        /** Checks that a length of time is there just where it is needed, and positive. */
        public Rebalance {
            if ((unit == Unit.DURATION) != (every != null) || (every != null && !every.isPositive())) {
                throw new IllegalArgumentException("A length of time above 0 belongs to DURATION (%s).".formatted(every));
            }
        }

        /**
         * A number that is the same for the rows between two choices and grows with time.
         *
         * @param day of the row, as an epoch day
         * @param at moment of the row, microseconds since 1970
         * @param first moment of the first row
         */
        public long period(long day, long at, long first) {
            LocalDate date = LocalDate.ofEpochDay(day);
            return switch (unit) {
                case DAILY -> day;
                case WEEKLY -> date.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)).toEpochDay();
                case MONTHLY -> date.withDayOfMonth(1).toEpochDay();
                case DURATION -> (at - first) / (Objects.requireNonNull(every).toNanos() / 1_000);
            };
        }

        /** The name of a unit in project files, or the length of time in ISO 8601. */
        public String text() {
            return every == null ? unit.name().toLowerCase(Locale.ROOT) : every.toString();
        }

        private static Rebalance parse(String text) {
            return text.startsWith("P")
                    ? new Rebalance(Unit.DURATION, Duration.parse(text))
                    : new Rebalance(Unit.valueOf(text.toUpperCase(Locale.ROOT)), null);
        }
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }
}
