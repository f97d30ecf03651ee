package dev.keelson.learn.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

class CmaEsTest {

    @Test
    void generationsAreThoseOfTheTutorial() {
        for (JsonNode row : GoldenLines.read("cma_es.jsonl")) {
            int n = row.get("dimensions").intValue();
            CmaEs strategy = new CmaEs(n);
            for (JsonNode generation : row.get("generations")) {
                double[][] points = new double[CmaEs.populationSize(n)][];
                for (int i = 0; i < points.length; i++) {
                    points[i] = GoldenLines.doubles(generation.get("points").get(i));
                }

                strategy.tell(points);

                assertThat(strategy.sigma()).isCloseTo(generation.get("sigma").doubleValue(), offset(1e-9));
                for (int i = 0; i < n; i++) {
                    assertThat(strategy.mean(i)).isCloseTo(generation.get("mean").get(i).doubleValue(), offset(1e-9));
                    for (int j = 0; j < n; j++) {
                        assertThat(strategy.covariance(i, j))
                                .isCloseTo(generation.get("covariance").get(i).get(j).doubleValue(), offset(1e-8));
                    }
                }
            }
        }
    }

    @Test
    void eigenvectorsRebuildTheMatrix() {
        double[][] matrix = {{4, 1, -2}, {1, 2, 0}, {-2, 0, 3}};

        SymmetricEigen eigen = new SymmetricEigen(matrix);

        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                double sum = 0;
                for (int k = 0; k < 3; k++) {
                    sum += eigen.vectors[i][k] * eigen.values[k] * eigen.vectors[j][k];
                }
                assertThat(sum).isCloseTo(matrix[i][j], offset(1e-12));
            }
        }
    }
}
