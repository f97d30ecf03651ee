package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.stats.WorstSlices.Condition;
import dev.keelson.stats.WorstSlices.Found;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class WorstSlicesTest {
    private static final int FAMILIES = 8;
    private static final int VALUES = 4;

    /** Rows of days, each with losses that share the day's own part, and skewed as a log loss is. */
    private record World(double[] losses, int[] days, List<Condition> conditions) {
        static World of(int rows, int days, double together, long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            double[] common = new double[days];
            for (int d = 0; d < days; d++) {
                common[d] = together * random.nextGaussian();
            }
            double[] losses = new double[rows];
            int[] day = new int[rows];
            BitSet[] bits = new BitSet[FAMILIES * VALUES];
            for (int b = 0; b < bits.length; b++) {
                bits[b] = new BitSet();
            }
            for (int i = 0; i < rows; i++) {
                day[i] = 1_000 + i * days / rows;
                losses[i] = common[day[i] - 1_000] - Math.log(1 - random.nextDouble());
                for (int f = 0; f < FAMILIES; f++) {
                    bits[f * VALUES + random.nextInt(VALUES)].set(i);
                }
            }
            List<Condition> conditions = new ArrayList<>();
            for (int b = 0; b < bits.length; b++) {
                conditions.add(new Condition("f" + b / VALUES, "f" + b / VALUES + " = " + b % VALUES, bits[b], true));
            }
            return new World(losses, day, conditions);
        }

        Found search() {
            return WorstSlices.search(
                    losses, days, conditions, new WorstSlices.Settings(30, 8, 400, 199, 0.05, 7));
        }
    }

    @Test
    void noSliceIsNamedWhereNoneIsWorseButByTheChanceAllowed() {
        int named = 0;

        for (int seed = 0; seed < 60; seed++) {
            named += World.of(400, 40, 0.5, seed).search().worse().isEmpty() ? 0 : 1;
        }

        assertThat(named).as("of 60, 3 are allowed in the mean").isLessThanOrEqualTo(8);
    }

    @Test
    void worseSliceIsFoundWithItsBound() {
        World world = World.of(1_200, 60, 0.3, 5);
        Condition weak = world.conditions().get(6);
        weak.rows().stream().forEach(i -> world.losses()[i] += 0.8);

        Found found = world.search();

        assertThat(found.slices().getFirst().conditions()).contains(weak);
        assertThat(found.worse()).anySatisfy(slice -> {
            assertThat(slice.conditions()).containsExactly(weak);
            assertThat(slice.lower()).isPositive().isLessThan(0.8);
            assertThat(slice.difference()).isBetween(0.6, 1.0);
        });
    }

    @Test
    void aboveZeroASliceIsHeldAgainstNoOtherSlice() {
        World world = World.of(1_200, 60, 0.1, 5);
        for (int i = 0; i < world.losses().length; i++) {
            world.losses()[i] += 0.5; // everywhere, so that no slice is worse than the rest
        }
        WorstSlices.Settings settings = new WorstSlices.Settings(30, 8, 32, 199, 0.05, 7);

        Found found = WorstSlices.aboveZero(world.losses(), world.days(), world.conditions(), settings);

        assertThat(found.worse()).hasSize(32).allSatisfy(slice -> {
            assertThat(slice.rest()).isZero();
            assertThat(slice.difference()).isEqualTo(slice.loss()).isGreaterThan(slice.lower());
        });
        assertThat(world.search().worse()).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void noSliceIsAboveZeroWhereTheMeanIsZeroButByTheChanceAllowed() {
        int named = 0;

        for (int seed = 0; seed < 60; seed++) {
            World world = World.of(400, 40, 0.5, seed);
            for (int i = 0; i < world.losses().length; i++) {
                world.losses()[i] -= 1; // the mean of the exponential
            }
            WorstSlices.Settings settings = new WorstSlices.Settings(30, 8, 400, 199, 0.05, 7);
            named += WorstSlices.aboveZero(world.losses(), world.days(), world.conditions(), settings).worse().isEmpty() ? 0 : 1;
        }

        assertThat(named).as("of 60, 3 are allowed in the mean").isLessThanOrEqualTo(8);
    }

    @Test
    void worseSliceOfTwoConditionsIsFound() {
        World world = World.of(3_000, 80, 0.2, 6);
        BitSet both = (BitSet) world.conditions().get(1).rows().clone();
        both.and(world.conditions().get(9).rows());
        both.stream().forEach(i -> world.losses()[i] += 1.5);

        Found found = world.search();

        assertThat(found.slices().getFirst().conditions())
                .containsExactly(world.conditions().get(1), world.conditions().get(9));
    }

    @Test
    void slicesOfFewRowsOrFewDaysAreNotLookedAt() {
        World world = World.of(100, 5, 0.3, 5);

        Found found = world.search();

        assertThat(found.searched()).isZero();
        assertThat(found.worse()).isEmpty();
    }

    @Test
    void equalLossesGiveNoSlice() {
        World world = World.of(400, 40, 0, 3);
        java.util.Arrays.fill(world.losses(), 0.7);

        assertThat(world.search().searched()).isZero();
    }

    @Test
    void sameSearchGivesTheSameResult() {
        assertThat(World.of(400, 40, 0.5, 9).search()).isEqualTo(World.of(400, 40, 0.5, 9).search());
    }
}
