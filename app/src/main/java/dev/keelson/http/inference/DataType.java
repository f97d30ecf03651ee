package dev.keelson.http.inference;

import dev.keelson.frame.ColumnType;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The types of the elements of tensors. */
enum DataType {
    BOOL(1),
    UINT8(1),
    UINT16(2),
    UINT32(4),
    UINT64(8),
    INT8(1),
    INT16(2),
    INT32(4),
    INT64(8),
    FP16(2),
    FP32(4),
    FP64(8),
    /** Texts, each with its length before it where they stand as bytes. */
    BYTES(0);

    private final int bytes;

    DataType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of an element; 0 where they differ. */
    int bytes() {
        return bytes;
    }

    /** The type of that name; null when there is none. */
    static @Nullable DataType named(String name) {
        for (DataType type : values()) {
            if (type.name().equals(name)) {
                return type;
            }
        }
        return null;
    }

    /** The names of all. */
    static List<String> names() {
        return Arrays.stream(values()).map(DataType::name).toList();
    }

    /** The type in which a column is told. */
    static DataType of(ColumnType type) {
        return switch (type) {
            case DOUBLE -> FP64;
            case LONG -> INT64;
            case BOOLEAN -> BOOL;
            case STRING, DATE, TIMESTAMP -> BYTES;
        };
    }

    boolean isWhole() {
        return switch (this) {
            case UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64 -> true;
            case BOOL, FP16, FP32, FP64, BYTES -> false;
        };
    }

    boolean isReal() {
        return this == FP16 || this == FP32 || this == FP64;
    }

    /** Least value of a whole number. */
    long least() {
        return switch (this) {
            case INT8 -> Byte.MIN_VALUE;
            case INT16 -> Short.MIN_VALUE;
            case INT32 -> Integer.MIN_VALUE;
            case INT64 -> Long.MIN_VALUE;
            case BOOL, UINT8, UINT16, UINT32, UINT64, FP16, FP32, FP64, BYTES -> 0;
        };
    }

    /** Greatest value of a whole number; of {@code UINT64} the greatest that a long holds. */
    long most() {
        return switch (this) {
            case UINT8 -> 0xffL;
            case UINT16 -> 0xffffL;
            case UINT32 -> 0xffff_ffffL;
            case INT8 -> Byte.MAX_VALUE;
            case INT16 -> Short.MAX_VALUE;
            case INT32 -> Integer.MAX_VALUE;
            case UINT64, INT64 -> Long.MAX_VALUE;
            case BOOL, FP16, FP32, FP64, BYTES -> 0;
        };
    }
}
