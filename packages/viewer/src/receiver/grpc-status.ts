// https://grpc.io/docs/guides/status-codes/
export const GRPC_OK = 0;
const UNKNOWN = 2;
const INVALID_ARGUMENT = 3;
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;
const UNIMPLEMENTED = 12;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

const BY_HTTP_STATUS: Readonly<Record<number, number>> = {
  400: INVALID_ARGUMENT,
  401: UNAUTHENTICATED,
  403: PERMISSION_DENIED,
  404: UNIMPLEMENTED,
  413: RESOURCE_EXHAUSTED,
  503: UNAVAILABLE,
};

/** The status of gRPC with the same meaning as a status of HTTP that a receiver refuses with. */
export function grpcStatusOf(httpStatus: number): number {
  return BY_HTTP_STATUS[httpStatus] ?? UNKNOWN;
}
