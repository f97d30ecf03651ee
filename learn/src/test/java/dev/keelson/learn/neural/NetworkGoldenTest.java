package dev.keelson.learn.neural;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights that others wrote are read, and networks give what double precision gives, to the precision of floats. */
final class NetworkGoldenTest {

    private static byte[] golden(String file) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(NetworkGoldenTest.class.getResourceAsStream("/golden/neural/" + file))) {
            return in.readAllBytes();
        }
    }

    private static double[] numbers(String text) {
        return Arrays.stream(text.split(" ", -1))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear", "relu", "tanh", "silu", "lstm", "lstm2"})
    void outputsAgree(String name) throws IOException {
        Network network = Network.fromJson(new JsonMapper().readTree(golden(name + ".json")));
        Forward forward = Forward.of(network, SafeTensors.read(network.tensors(), golden(name + ".safetensors")));
        List<String> lines = new String(golden(name + ".csv"), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .toList();

        for (String line : lines) {
            double[] inputs = numbers(line.substring(0, line.indexOf(';')));
            float[] read = new float[inputs.length];
            for (int i = 0; i < read.length; i++) {
                read[i] = (float) inputs[i];
            }

            float[] outputs = forward.outputs(read);

            double[] expected = numbers(line.substring(line.indexOf(';') + 1));
            assertThat(outputs).hasSameSizeAs(expected);
            for (int k = 0; k < expected.length; k++) {
                assertThat((double) outputs[k]).isCloseTo(expected[k], within(2e-6 * Math.max(1, Math.abs(expected[k]))));
            }
        }
        assertThat(lines).hasSize(6);
    }
}
