package dev.keelson.learn.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UbjsonTest {

    private static byte[] sample() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeBytes("{");
        key(out, "f");
        out.writeBytes("[$d#L");
        out.writeLong(2);
        out.writeFloat(0.1f);
        out.writeFloat(-3);
        key(out, "b");
        out.writeBytes("[$U#i");
        out.writeByte(2);
        out.writeByte(1);
        out.writeByte(255);
        key(out, "mixed");
        out.writeBytes("[TFZSi");
        out.writeByte(2);
        out.writeBytes("hil");
        out.writeInt(-7);
        out.writeBytes("]");
        key(out, "empty");
        out.writeBytes("{}");
        out.writeBytes("}");
        return bytes.toByteArray();
    }

    private static void key(DataOutputStream out, String name) throws IOException {
        out.writeBytes("L");
        out.writeLong(name.length());
        out.writeBytes(name);
    }

    @Test
    void valuesOfEveryKindAreRead() throws IOException {
        Object value = Ubjson.read(sample());

        Map<?, ?> map = (Map<?, ?>) Objects.requireNonNull(value);
        assertThat((float[]) map.get("f")).containsExactly(0.1f, -3f);
        assertThat((int[]) map.get("b")).containsExactly(1, 255);
        assertThat(map.get("mixed")).isEqualTo(java.util.Arrays.asList(true, false, null, "hi", -7L));
        assertThat(map.get("empty")).isEqualTo(Map.of());
        assertThat(List.copyOf(map.keySet())).isEqualTo(List.of("f", "b", "mixed", "empty"));
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        byte[] bytes = sample();

        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> Ubjson.read(cut)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void randomDamageNeverEndsInAnotherError() throws IOException {
        byte[] bytes = sample();
        Random random = new Random(5);

        for (int trial = 0; trial < 2_000; trial++) {
            byte[] damaged = bytes.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            try {
                Ubjson.read(damaged);
            } catch (IllegalArgumentException expected) {
                assertThat(expected).hasMessageContaining("UBJSON");
            }
        }
    }

    @Test
    void hugeLengthsAndDeepNestingAreRefused() {
        byte[] huge = {'[', '$', 'd', '#', 'L', 0x7F, -1, -1, -1, -1, -1, -1, -1};
        byte[] deep = "[".repeat(10_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);

        assertThatThrownBy(() -> Ubjson.read(huge)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Ubjson.read(deep)).hasMessageContaining("deeper");
    }
}
