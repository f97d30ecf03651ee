package dev.keelson.control.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a policy did: which candidate served each period, and why.
 *
 * @param name its name, in snake case
 * @param kind what it is among the policies
 * @param serving the candidate that served, by period
 * @param events what happened, oldest first
 * @param loss what it lost by epoch, where it is not read off the matrix; or null
 * @param money the same of money (units won, or returns of what is held), or null
 */
public record PolicyPath(
        String name, Kind kind, int[] serving, List<Event> events, double @Nullable [] loss, double @Nullable [] money) {
    public PolicyPath {
        events = List.copyOf(events);
    }

    /** A policy whose losses the matrix tells. */
    public PolicyPath(String name, Kind kind, int[] serving, List<Event> events) {
        this(name, kind, serving, events, null, null);
    }

    /** What a policy is among the policies. */
    public enum Kind {
        /** One that could be followed. */
        POLICY,
        /** One that knows what nobody knew then, or decides by chance: to compare with. */
        YARDSTICK
    }

    /** What can happen. */
    public enum Type {
        /** It saw something. */
        ALARM,
        /** A candidate was trained. */
        RETRAIN,
        /** A candidate serves from now on. */
        PROMOTE,
        /** A candidate was dropped. */
        REFUSE,
        /** An earlier candidate serves again. */
        ROLLBACK;

        /** Lower-case word, as in JSON. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Something that happened at the start of a period.
     *
     * @param period from whose start on it holds
     * @param candidate which it is about; the serving one for an alarm
     * @param against the candidate that served before
     */
    public record Event(int period, Type type, int candidate, int against) {}

    /** How often something happened. */
    public int count(Type type) {
        return (int) events.stream().filter(event -> event.type() == type).count();
    }

    /** Loss by epoch. */
    public double[] losses(LossMatrix matrix) {
        double[] own = loss;
        return own != null ? own.clone() : byEpoch(matrix, matrix::loss);
    }

    /** Money by epoch, NaN without bets. */
    public double[] moneys(LossMatrix matrix) {
        double[] own = money;
        return own != null ? own.clone() : byEpoch(matrix, matrix::money);
    }

    private interface Cell {
        double at(int candidate, int epoch);
    }

    private double[] byEpoch(LossMatrix matrix, Cell cell) {
        double[] values = new double[matrix.epochs().size()];
        for (int t = 0; t < serving.length; t++) {
            for (int e = matrix.firstEpoch(t); e < matrix.firstEpoch(t + 1); e++) {
                values[e] = cell.at(serving[t], e);
            }
        }
        return values;
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("name", name).put("kind", kind.name());
        ArrayNode served = node.putArray("serving");
        for (int candidate : serving) {
            served.add(candidate);
        }
        ArrayNode told = node.putArray("events");
        events.forEach(event -> told.addArray()
                .add(event.period())
                .add(event.type().name())
                .add(event.candidate())
                .add(event.against()));
        node.set("loss", values(loss));
        node.set("money", values(money));
        return node;
    }

    private static JsonNode values(double @Nullable [] values) {
        if (values == null) {
            return JsonNodeFactory.instance.nullNode();
        }
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (double value : values) {
            array.add(value);
        }
        return array;
    }

    /** Reads what {@link #toJson} wrote. */
    public static PolicyPath fromJson(JsonNode node) {
        List<Event> events = new ArrayList<>();
        node.path("events").forEach(event -> events.add(new Event(
                event.get(0).asInt(),
                Type.valueOf(event.get(1).asText()),
                event.get(2).asInt(),
                event.get(3).asInt())));
        JsonNode served = node.path("serving");
        return new PolicyPath(
                node.path("name").asText(),
                Kind.valueOf(node.path("kind").asText()),
                IntStream.range(0, served.size()).map(t -> served.get(t).asInt()).toArray(),
                events,
                doubles(node.path("loss")),
                doubles(node.path("money")));
    }

    private static double @Nullable [] doubles(JsonNode node) {
        return node.isArray()
                ? IntStream.range(0, node.size()).mapToDouble(e -> node.get(e).asDouble()).toArray()
                : null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PolicyPath path
                && name.equals(path.name)
                && kind == path.kind
                && Arrays.equals(serving, path.serving)
                && events.equals(path.events)
                && Arrays.equals(loss, path.loss)
                && Arrays.equals(money, path.money);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Arrays.hashCode(serving);
    }

    @Override
    public String toString() {
        return "%s %s".formatted(name, Arrays.toString(serving));
    }
}
