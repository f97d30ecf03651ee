package dev.keelson.learn.tune;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Listed values without an order, each equally likely at first.
 *
 * @param choices at least one, all different: {@link String}, {@link Long}, {@link Double} or {@link Boolean}; other
 *     whole number types are taken as {@link Long}, {@link Float} as {@link Double}
 */
public record ChoiceDomain(List<Object> choices) implements Domain {

    /** Checks everything; a {@link dev.keelson.error.KeelsonException} names all that is wrong. */
    public ChoiceDomain {
        choices = choices.stream().map(ChoiceDomain::canonical).toList();
        Problems problems = new Problems();
        problems.require(!choices.isEmpty(), "A list of choices must have at least one.");
        Set<String> seen = new LinkedHashSet<>();
        for (Object choice : choices) {
            boolean known = choice instanceof String
                    || choice instanceof Long
                    || choice instanceof Boolean
                    || (choice instanceof Double number && Double.isFinite(number));
            problems.require(known, "The choice (%s) must be a text, a finite number, true or false.".formatted(choice));
            problems.require(seen.add(choice.toString()), "The choice (%s) is listed twice.".formatted(choice));
        }
        problems.finish();
    }

    /** The listed values. */
    public static ChoiceDomain of(Object... choices) {
        return new ChoiceDomain(List.of(choices));
    }

    private static Object canonical(Object value) {
        if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        return value instanceof Float number ? (Object) number.doubleValue() : value;
    }

    @Override
    public boolean contains(Object value) {
        return choices.contains(value);
    }

    @Override
    public Object read(Object value) {
        Object wanted = canonical(value);
        if (choices.contains(wanted)) {
            return wanted;
        }
        for (Object choice : choices) {
            if (choice.toString().equals(wanted.toString())) {
                return choice;
            }
        }
        throw Numbers.outside(value, this);
    }

    @Override
    public boolean single() {
        return choices.size() == 1;
    }

    @Override
    public Object at(double position) {
        return choices.get(Math.min((int) (position * choices.size()), choices.size() - 1));
    }

    @Override
    public double encode(Object value) {
        return choices.indexOf(value);
    }

    @Override
    public String text() {
        return choices.stream().map(Object::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
