package dev.keelson.control.policy;

import dev.keelson.control.Requests;
import dev.keelson.control.policy.LossMatrix.Candidate;
import dev.keelson.control.policy.LossMatrix.Epoch;
import dev.keelson.control.policy.LossMatrix.Period;
import dev.keelson.frame.Micros;
import dev.keelson.learn.Model;
import dev.keelson.metrics.LogLoss;
import dev.keelson.train.BacktestDefinition.Portfolio;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fills a {@link LossMatrix}: every model predicts every row that it has not seen. Rows of a period are grouped by the day of
 * their events. The loss is log loss of classes and the squared or absolute error of numbers; money is that of flat stakes of one on the
 * class with the best expected value at the offered odds, where that is above its price; or that of a portfolio of the rows that a
 * model ranks highest ({@link HeldMoney}). Not safe for use by several threads.
 */
public final class MatrixFilling {
    /** Losses of models of classes. */
    public static final String LOG_LOSS = "log_loss";

    /** Losses of models of numbers. */
    public static final String SQUARED_ERROR = "squared_error";

    /** Losses of models of numbers that are judged by their mean absolute error. */
    public static final String ABSOLUTE_ERROR = "absolute_error";

    private final String name;
    private final @Nullable Portfolio portfolio;
    private final List<Period> periods = new ArrayList<>();
    private final List<Epoch> epochs = new ArrayList<>();
    private final List<PeriodRows> rows = new ArrayList<>();
    /** Epoch of each row of each period. */
    private final List<int[]> epochOf = new ArrayList<>();

    private final ZoneId zone;

    /**
     * @param name what is summed: {@link #LOG_LOSS} of classes, else {@link #SQUARED_ERROR} or {@link #ABSOLUTE_ERROR}
     * @param zone whose days are epochs
     */
    public MatrixFilling(String name, ZoneId zone) {
        this(name, zone, null);
    }

    /**
     * @param name what is summed: {@link #LOG_LOSS} of classes, else {@link #SQUARED_ERROR} or {@link #ABSOLUTE_ERROR}
     * @param zone whose days are epochs
     * @param portfolio what is held of the rows with quotes, and how often it is chosen anew; null for bets at odds, if any
     */
    public MatrixFilling(String name, ZoneId zone, @Nullable Portfolio portfolio) {
        this.portfolio = portfolio;
        this.name = name;
        this.zone = zone;
    }

    /** Adds the next period. */
    public void add(Instant from, Instant to, PeriodRows period) {
        int first = epochs.size();
        Requests requests = period.requests();
        int[] of = new int[requests.size()];
        int start = 0;
        while (start < requests.size()) {
            int end = start;
            while (end < requests.size() && requests.days()[end] == requests.days()[start]) {
                of[end] = epochs.size();
                end++;
            }
            Instant day = LocalDate.ofEpochDay(requests.days()[start]).atStartOfDay(zone).toInstant();
            epochs.add(epoch(day.isBefore(from) ? from : day, period, start, end));
            start = end;
        }
        periods.add(new Period(from, to, first));
        rows.add(period);
        epochOf.add(of);
    }

    private static Epoch epoch(Instant at, PeriodRows period, int start, int end) {
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        int events = 0;
        for (int i = start; i < end; i++) {
            if (!Double.isNaN(period.labels()[i])) {
                first = Math.min(first, period.labelKnownAt()[i]);
                last = Math.max(last, period.labelKnownAt()[i]);
                events++;
            }
        }
        return new Epoch(at, events, events == 0 ? at : Micros.toInstant(first), events == 0 ? at : Micros.toInstant(last));
    }

    /** How many periods there are. */
    public int size() {
        return periods.size();
    }

    /** The rows of a period. */
    public PeriodRows rows(int period) {
        return rows.get(period);
    }

    /**
     * Fills.
     *
     * @param candidates in the order of their periods, the first of period 0
     * @param models one for each
     */
    public LossMatrix fill(List<Candidate> candidates, List<Model> models) {
        HeldMoney held = portfolio == null ? null : new HeldMoney(portfolio, rows, epochOf);
        boolean odds = name.equals(LOG_LOSS) && held == null && rows.stream().anyMatch(period -> period.odds().length > 0);
        boolean bets = odds || held != null;
        double[][] losses = new double[candidates.size()][epochs.size()];
        double[][] money = new double[bets ? candidates.size() : 0][epochs.size()];
        LossMatrix empty = new LossMatrix(name, periods, epochs, candidates, losses, money);
        for (int k = 0; k < candidates.size(); k++) {
            int unseen = empty.unseenFrom(k);
            Arrays.fill(losses[k], 0, unseen, Double.NaN);
            if (bets) {
                Arrays.fill(money[k], 0, unseen, Double.NaN);
            }
            boolean same = k > 0 && candidates.get(k).sha256().equals(candidates.get(k - 1).sha256());
            if (same) { // nothing new was known
                System.arraycopy(losses[k - 1], unseen, losses[k], unseen, epochs.size() - unseen);
                if (bets) {
                    System.arraycopy(money[k - 1], unseen, money[k], unseen, epochs.size() - unseen);
                }
            } else {
                fill(models.get(k), unseen, losses[k], odds ? money[k] : null);
                if (held != null) {
                    held.add(models.get(k), unseen, money[k]);
                }
            }
        }
        return empty;
    }

    private void fill(Model model, int unseen, double[] losses, double @Nullable [] money) {
        double[] told = new double[model.outputs().size()];
        for (int t = 0; t < rows.size(); t++) {
            PeriodRows period = rows.get(t);
            Requests requests = period.requests();
            for (int i = 0; i < requests.size(); i++) {
                int e = epochOf.get(t)[i];
                double label = period.labels()[i];
                if (e < unseen || Double.isNaN(label)) {
                    continue;
                }
                model.predict(requests.features()[i], told);
                losses[e] += loss(name, told, label);
                if (money != null && period.odds().length > 0) {
                    money[e] += stake(told, period.odds()[i], (int) label);
                }
            }
        }
    }

    /**
     * Loss of one answer.
     *
     * @param name what is summed
     * @param told a probability for each class, or the number first
     * @param label position of the class that happened, or the number
     */
    static double loss(String name, double[] told, double label) {
        return switch (name) {
            case LOG_LOSS -> LogLoss.of(told[(int) label]);
            case SQUARED_ERROR -> (told[0] - label) * (told[0] - label);
            case ABSOLUTE_ERROR -> Math.abs(told[0] - label);
            default -> throw new IllegalArgumentException("There is no loss (%s).".formatted(name));
        };
    }

    private static double stake(double[] told, double[] odds, int label) {
        int best = -1;
        double most = 1;
        for (int c = 0; c < odds.length; c++) {
            if (told[c] * odds[c] > most) {
                most = told[c] * odds[c];
                best = c;
            }
        }
        return best < 0 ? 0 : best == label ? odds[best] - 1 : -1;
    }
}
