package dev.keelson.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class DesignEffectOfClustersTest {

    @Test
    void rowsOfOneClusterThatAreAllAlikeCountAsOne() {
        int[] cluster = new int[20_000];
        int[] cell = new int[cluster.length];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < cluster.length; i++) {
            cluster[i] = i / 10;
            cell[i] = i % 10 == 0 ? random.nextInt(5) : cell[i - 1];
        }

        DesignEffect effect = DesignEffect.ofClusters(cluster, cell);

        assertThat(effect.value()).isCloseTo(10, within(0.5));
        assertThat(effect.currentSize(1_000)).isCloseTo(100, within(5.0));
    }

    @Test
    void independentRowsCountInFullHoweverTheyAreGrouped() {
        int[] cluster = new int[20_000];
        int[] cell = new int[cluster.length];
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < cluster.length; i++) {
            cluster[i] = i / 10;
            cell[i] = random.nextInt(5);
        }

        assertThat(DesignEffect.ofClusters(cluster, cell).value()).isBetween(1.0, 1.06);
    }

    @Test
    void rowsWithoutACellAreLeftOutAndOneCellTellsNothing() {
        assertThat(DesignEffect.ofClusters(new int[] {0, 0, 1, 1}, new int[] {0, -1, 0, -1}).value()).isEqualTo(1);
    }
}
