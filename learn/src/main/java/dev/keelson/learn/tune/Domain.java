package dev.keelson.learn.tune;

/**
 * The values that a parameter may take: whole numbers ({@link IntegerDomain}, values are {@link Long}), real numbers
 * ({@link RealDomain}, {@link Double}) or listed values ({@link ChoiceDomain}, {@link String}, {@link Long},
 * {@link Double} or {@link Boolean}). Immutable.
 */
public sealed interface Domain permits IntegerDomain, RealDomain, ChoiceDomain {

    /** Whether the value, of this domain's type, is one of it. */
    boolean contains(Object value);

    /**
     * The value of this domain that a stored or written one stands for: any {@link Number} for a number, or its text.
     *
     * @throws IllegalArgumentException when it is not in this domain
     */
    Object read(Object value);

    /** Whether it has one value only. */
    boolean single();

    /**
     * The value at a position of the unit interval, so that a uniform position gives the domain's own uniform law (on
     * the log scale for log domains, each grid point or choice equally likely otherwise).
     *
     * @param position at least 0, below 1
     */
    Object at(double position);

    /** The value as a number: itself, or its place among the choices from 0. */
    double encode(Object value);

    /** As in a project file: {@code 3..10}, {@code 0.01..0.3 log}, {@code [a, b]}. */
    String text();
}
