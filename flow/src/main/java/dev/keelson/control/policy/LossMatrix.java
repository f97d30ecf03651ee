package dev.keelson.control.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The loss of every candidate on every epoch that it has not seen: what each policy would have lost can be read off it without
 * training or predicting anything again.
 *
 * <p>Time has two grains. At the start of a <b>period</b> a policy decides which candidate serves it. An <b>epoch</b> is a day of
 * events, or a whole period where that is shorter: the unit of evidence. Candidate {@code k} was trained at the start of the
 * period {@code candidates[k].period} with the labels known strictly before; the first one serves from the start.
 *
 * <p>Losses and money are sums over the events of an epoch. {@code NaN} stands where a candidate may have seen a label of the
 * epoch. Epochs before a candidate's training that it has not seen (their labels came later) are filled too: no policy can use
 * them, they tell what an earlier label would have been worth. Immutable, apart from its arrays, which are not copied.
 */
public final class LossMatrix {
    /**
     * The time between two decisions.
     *
     * @param from its start
     * @param to its end, exclusive
     * @param epoch its first epoch; those up to the first one of the next period are its own
     */
    public record Period(Instant from, Instant to, int epoch) {}

    /**
     * Events that are judged together.
     *
     * @param at the start of its day, or of its period
     * @param events how many have a label
     * @param firstKnown when the first of their labels became known
     * @param lastKnown when the last one did
     */
    public record Epoch(Instant at, int events, Instant firstKnown, Instant lastKnown) {}

    /**
     * A trained model.
     *
     * @param period at whose start it was trained
     * @param sha256 hash of its bundle; equal ones are the same model
     * @param expectedLoss mean loss on the test period of its training, NaN where there was none
     * @param expectedError standard error of that
     * @param cpuSeconds what its training took, NaN where that is not known
     */
    public record Candidate(
            int period, String sha256, double expectedLoss, double expectedError, double cpuSeconds) {}

    private final String loss;
    private final List<Period> periods;
    private final List<Epoch> epochs;
    private final List<Candidate> candidates;
    private final double[][] losses;
    private final double[][] money;

    /**
     * @param loss what is summed: {@code log_loss}, {@code squared_error} or {@code absolute_error}
     * @param losses by candidate and epoch
     * @param money the same, or no row where nothing is bet
     * @throws IllegalArgumentException if sizes differ, the first candidate is not of the first period, or candidates do not ascend
     */
    public LossMatrix(
            String loss,
            List<Period> periods,
            List<Epoch> epochs,
            List<Candidate> candidates,
            double[][] losses,
            double[][] money) {
        this.loss = loss;
        this.periods = List.copyOf(periods);
        this.epochs = List.copyOf(epochs);
        this.candidates = List.copyOf(candidates);
        this.losses = losses;
        this.money = money;
        if (losses.length != candidates.size() || (money.length > 0 && money.length != losses.length)) {
            throw new IllegalArgumentException("There are %d candidates, %d rows of losses and %d of money; they must be equal."
                    .formatted(candidates.size(), losses.length, money.length));
        }
        if (candidates.isEmpty() || candidates.getFirst().period() != 0) {
            throw new IllegalArgumentException("The first candidate must be trained at the start of the first period.");
        }
        for (int k = 1; k < candidates.size(); k++) {
            if (candidates.get(k).period() <= candidates.get(k - 1).period()) {
                throw new IllegalArgumentException("Candidate %d was not trained after the one before it.".formatted(k));
            }
        }
    }

    /** What is summed. */
    public String loss() {
        return loss;
    }

    public List<Period> periods() {
        return periods;
    }

    public List<Epoch> epochs() {
        return epochs;
    }

    public List<Candidate> candidates() {
        return candidates;
    }

    /** Whether there is money beside the losses. */
    public boolean hasMoney() {
        return money.length > 0;
    }

    /** Summed loss of a candidate on an epoch; NaN where it may have seen one of its labels. */
    public double loss(int candidate, int epoch) {
        return losses[candidate][epoch];
    }

    /** Units won by flat stakes of one, or returns of what is held; NaN without bets and holdings. */
    public double money(int candidate, int epoch) {
        return hasMoney() ? money[candidate][epoch] : Double.NaN;
    }

    /** Events with a label in all epochs. */
    public long events() {
        return epochs.stream().mapToLong(Epoch::events).sum();
    }

    /** First epoch of a period; the number of epochs for the period behind the last one. */
    public int firstEpoch(int period) {
        return period < periods.size() ? periods.get(period).epoch() : epochs.size();
    }

    /** First epoch on which a candidate can serve. */
    public int servesFrom(int candidate) {
        return firstEpoch(candidates.get(candidate).period());
    }

    /** The newest candidate that is there at the start of a period. */
    public int newest(int period) {
        int k = 0;
        while (k + 1 < candidates.size() && candidates.get(k + 1).period() <= period) {
            k++;
        }
        return k;
    }

    /** How many epochs, from the first on, have all labels known at the start of a period. */
    public int settled(int period) {
        Instant now = periods.get(period).from();
        int e = 0;
        while (e < firstEpoch(period) && epochs.get(e).lastKnown().isBefore(now)) {
            e++;
        }
        return e;
    }

    /** First epoch of which a candidate knows no label, nor of any after it. */
    public int unseenFrom(int candidate) {
        Instant trained = periods.get(candidates.get(candidate).period()).from();
        int e = epochs.size();
        while (e > 0 && !epochs.get(e - 1).firstKnown().isBefore(trained)) {
            e--;
        }
        return e;
    }

    /** How long it takes from the start of an epoch until its last label is known: the median over the epochs. */
    public Duration labelDelay() {
        List<Duration> delays = epochs.stream()
                .map(epoch -> Duration.between(epoch.at(), epoch.lastKnown()))
                .sorted()
                .toList();
        return delays.isEmpty() ? Duration.ZERO : delays.get(delays.size() / 2);
    }

    /** The JSON document; NaN is null. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("loss", loss);
        ArrayNode spans = node.putArray("periods");
        periods.forEach(p -> spans.addArray().add(p.from().toString()).add(p.to().toString()).add(p.epoch()));
        ArrayNode days = node.putArray("epochs");
        epochs.forEach(e -> days.addArray()
                .add(e.at().toString())
                .add(e.events())
                .add(e.firstKnown().toString())
                .add(e.lastKnown().toString()));
        ArrayNode models = node.putArray("candidates");
        candidates.forEach(c -> {
            ArrayNode one = models.addArray().add(c.period()).add(c.sha256());
            number(one, c.expectedLoss());
            number(one, c.expectedError());
            number(one, c.cpuSeconds());
        });
        node.set("losses", rows(losses));
        node.set("money", rows(money));
        return node;
    }

    /** Reads what {@link #toJson} wrote. */
    public static LossMatrix fromJson(JsonNode node) {
        List<Period> periods = new ArrayList<>();
        node.path("periods").forEach(p -> periods.add(
                new Period(Instant.parse(p.get(0).asText()), Instant.parse(p.get(1).asText()), p.get(2).asInt())));
        List<Epoch> epochs = new ArrayList<>();
        node.path("epochs").forEach(e -> epochs.add(new Epoch(
                Instant.parse(e.get(0).asText()),
                e.get(1).asInt(),
                Instant.parse(e.get(2).asText()),
                Instant.parse(e.get(3).asText()))));
        List<Candidate> candidates = new ArrayList<>();
        node.path("candidates").forEach(c -> candidates.add(new Candidate(
                c.get(0).asInt(),
                c.get(1).asText(),
                c.get(2).asDouble(Double.NaN),
                c.get(3).asDouble(Double.NaN),
                c.get(4).asDouble(Double.NaN))));
        return new LossMatrix(
                node.path("loss").asText(), periods, epochs, candidates, rows(node.path("losses")), rows(node.path("money")));
    }

    private static ArrayNode rows(double[][] values) {
        ArrayNode rows = JsonNodeFactory.instance.arrayNode();
        for (double[] row : values) {
            ArrayNode cells = rows.addArray();
            for (double value : row) {
                number(cells, value);
            }
        }
        return rows;
    }

    private static double[][] rows(JsonNode node) {
        double[][] rows = new double[node.size()][];
        for (int k = 0; k < rows.length; k++) {
            rows[k] = new double[node.get(k).size()];
            for (int e = 0; e < rows[k].length; e++) {
                rows[k][e] = node.get(k).get(e).asDouble(Double.NaN);
            }
        }
        return rows;
    }

    private static void number(ArrayNode array, double value) {
        if (Double.isFinite(value)) {
            array.add(value);
        } else {
            array.addNull();
        }
    }
}
