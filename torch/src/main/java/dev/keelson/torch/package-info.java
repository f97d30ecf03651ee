/** Gradients of neural networks by PyTorch. Optional: it is found as a service when it is on the class path. */
@NullMarked
package dev.keelson.torch;

import org.jspecify.annotations.NullMarked;
