package dev.keelson.learn.logistic;

import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * Limited-memory BFGS with a preconditioner in place of the initial inverse Hessian, for smooth convex functions.
 *
 * <p>Source: Nocedal, J. and Wright, S. J. (2006), Numerical Optimization, algorithm 7.4; the step rule is backtracking
 * on the approximate Wolfe condition of Hager, W. W. and Zhang, H. (2005), SIAM Journal on Optimization 16(1), which
 * still works where differences of function values drown in rounding.
 *
 * @param maxIterations bound on the number of steps
 */
record LbfgsMinimiser(int maxIterations) {
    private static final int MEMORY = 12;
    private static final double TOLERANCE = 1e-9;
    private static final double ARMIJO = 1e-4;
    private static final double ROUNDING = 1e-13;
    private static final int MAX_HALVINGS = 40;

    /** A function with a known curvature near its start. */
    interface Objective {
        /** Where to start. */
        double[] start();

        /** The value at a point; the gradient goes to {@code gradient}. */
        double evaluate(double[] point, double[] gradient);

        /** Multiplies by an approximate inverse Hessian, symmetric and positive (semi-)definite. */
        void precondition(double[] vector, double[] out);
    }

    private record Step(double[] move, double[] change, double curvature) {}

    /** The minimum: a point whose gradient is at most 1e-9 in every component, or the last one within the bound. */
    double[] minimise(Objective objective) {
        double[] point = objective.start();
        int n = point.length;
        double[] gradient = new double[n];
        double value = objective.evaluate(point, gradient);
        ArrayDeque<Step> memory = new ArrayDeque<>();
        for (int iteration = 0; iteration < maxIterations && largest(gradient) > TOLERANCE; iteration++) {
            double[] direction = direction(objective, gradient, memory);
            double slope = dot(gradient, direction);
            if (!(slope < 0)) {
                memory.clear();
                objective.precondition(gradient, direction);
                negate(direction);
                slope = dot(gradient, direction);
                if (!(slope < 0)) {
                    return point;
                }
            }
            double[] next = new double[n];
            double[] nextGradient = new double[n];
            double nextValue = value;
            boolean accepted = false;
            double length = 1;
            for (int halving = 0; halving < MAX_HALVINGS && !accepted; halving++) {
                for (int i = 0; i < n; i++) {
                    next[i] = point[i] + length * direction[i];
                }
                nextValue = objective.evaluate(next, nextGradient);
                double nextSlope = dot(nextGradient, direction);
                boolean falls = nextValue <= value + ARMIJO * length * slope;
                boolean flat =
                        nextValue <= value + ROUNDING * Math.abs(value) && Math.abs(nextSlope) <= Math.abs(slope);
                accepted = falls || flat;
                length /= 2;
            }
            if (!accepted) {
                return point; // no step of any length improves: the floor of rounding is reached
            }
            remember(memory, point, next, gradient, nextGradient);
            point = next;
            gradient = nextGradient;
            value = nextValue;
        }
        return point;
    }

    private static void remember(
            ArrayDeque<Step> memory, double[] point, double[] next, double[] gradient, double[] nextGradient) {
        double[] move = minus(next, point);
        double[] change = minus(nextGradient, gradient);
        double curvature = dot(move, change);
        if (curvature > 0) {
            if (memory.size() == MEMORY) {
                memory.removeLast();
            }
            memory.addFirst(new Step(move, change, curvature));
        }
    }

    private static double[] direction(Objective objective, double[] gradient, ArrayDeque<Step> memory) {
        double[] q = gradient.clone();
        double[] alphas = new double[memory.size()];
        int i = 0;
        for (Step step : memory) {
            alphas[i] = dot(step.move, q) / step.curvature;
            addScaled(q, -alphas[i], step.change);
            i++;
        }
        double[] direction = new double[q.length];
        objective.precondition(q, direction);
        for (Iterator<Step> oldest = memory.descendingIterator(); oldest.hasNext(); ) {
            Step step = oldest.next();
            i--;
            double beta = dot(step.change, direction) / step.curvature;
            addScaled(direction, alphas[i] - beta, step.move);
        }
        negate(direction);
        return direction;
    }

    private static double largest(double[] values) {
        double most = 0;
        for (double value : values) {
            most = Math.max(most, Math.abs(value));
        }
        return most;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double[] minus(double[] a, double[] b) {
        double[] difference = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            difference[i] = a[i] - b[i];
        }
        return difference;
    }

    private static void addScaled(double[] to, double factor, double[] values) {
        for (int i = 0; i < to.length; i++) {
            to[i] += factor * values[i];
        }
    }

    private static void negate(double[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = -values[i];
        }
    }
}
